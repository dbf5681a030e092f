import "@mantine/core/styles.layer.css";
import "@fontsource-variable/inter/opsz.css";
import "@fontsource-variable/noto-sans/wght.css";
import "@fontsource-variable/noto-sans-devanagari/wght.css";
import "@fontsource-variable/noto-sans-arabic/wght.css";
import "./tokens.css";
import "./base.css";
import "../i18n";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { listenToCore } from "../live";
import { App } from "./App";
import { Boundary } from "./Boundary";

listenToCore();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Boundary>
      <App />
    </Boundary>
  </StrictMode>,
);
