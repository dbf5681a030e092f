import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { queries } from "../api";
import { Gate } from "./Gate";
import { mantineTheme, useThemeOnPage } from "./theme";

export function App() {
  const scheme = useThemeOnPage();
  return (
    <MantineProvider theme={mantineTheme} forceColorScheme={scheme}>
      <QueryClientProvider client={queries}>
        <Gate />
      </QueryClientProvider>
    </MantineProvider>
  );
}
