import { Component, type ReactNode } from "react";
import { explainWindow } from "../errors";
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
    const words = explainWindow();
    return (
      <Entrance title={words.what} second={words.safe}>
        <Button look="main" size="lg" onClick={() => location.reload()}>
          {words.next}
        </Button>
      </Entrance>
    );
  }
}
