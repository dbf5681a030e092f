import { DirectionContext, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "../api";
import { Gate } from "./Gate";
import { mantineTheme, useThemeOnPage } from "./theme";

export function App() {
  const scheme = useThemeOnPage();
  const dir = useTranslation().i18n.dir();
  // The language alone decides the direction; nothing inside turns the page.
  const direction = useMemo(() => ({ dir, setDirection: () => {}, toggleDirection: () => {} }), [dir]);
  return (
    <DirectionContext.Provider value={direction}>
      <MantineProvider theme={mantineTheme} forceColorScheme={scheme}>
        <QueryClientProvider client={queries}>
          <Gate />
        </QueryClientProvider>
      </MantineProvider>
    </DirectionContext.Provider>
  );
}
