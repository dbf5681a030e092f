import { Component, type ReactNode } from "react";
import i18next from "i18next";
import { Button } from "../kit/Button";
import { Entrance } from "../kit/Entrance";

/** A screen that fails must never leave an empty window: it says what is safe and how to go on. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError() {
    return { failed: true };
  }
  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Entrance title={i18next.t("errors.window.what")} second={i18next.t("errors.window.safe")}>
        <Button look="main" size="lg" onClick={() => location.reload()}>
          {i18next.t("errors.window.next")}
        </Button>
      </Entrance>
    );
  }
}
