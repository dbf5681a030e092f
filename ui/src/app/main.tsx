import "@mantine/core/styles.layer.css";
import "@fontsource-variable/inter/opsz.css";
import "@fontsource-variable/noto-sans/wght.css";
import "@fontsource-variable/noto-sans-devanagari/wght.css";
import "./fonts/fonts.css";
import "./tokens.css";
import "./base.css";
import { speak } from "../i18n";
import { languageOfPc } from "../i18n/languages";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { listenToCore } from "../live";
import { App } from "./App";
import { Boundary } from "./Boundary";

listenToCore();
const show = () =>
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <Boundary>
        <App />
      </Boundary>
    </StrictMode>,
  );
// The first paint is already in the right language; without its words the screens speak English.
void speak(languageOfPc()).then(show, show);
