import "@mantine/core/styles.layer.css";
import "@fontsource-variable/inter/opsz.css";
import "@fontsource-variable/noto-sans/wght.css";
import "@fontsource-variable/noto-sans-devanagari/wght.css";
import "./fonts/fonts.css";
import "./tokens.css";
import "./base.css";
import { speak } from "../i18n";
import { languageOfPc } from "../i18n/languages";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { events, keys, queries, refresh } from "../api";
import { BoardScreen } from "../board/BoardScreen";
import { Boundary } from "./Boundary";
import { useThemeOnPage } from "./theme";

/** The window of the queue board: nothing of the app but the board is in it. */
function BoardWindow() {
  useThemeOnPage();
  return <BoardScreen />;
}

void events.changed.listen(() => void refresh(keys.board));
const show = () =>
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <Boundary>
        <QueryClientProvider client={queries}>
          <BoardWindow />
        </QueryClientProvider>
      </Boundary>
    </StrictMode>,
  );
void speak(languageOfPc()).then(show, show);
