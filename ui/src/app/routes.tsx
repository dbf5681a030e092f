import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  redirect,
} from "@tanstack/react-router";
import { ConsultScreen } from "../consultations/ConsultScreen";
import { StaffScreen } from "../identity/StaffScreen";
import { ConflictsScreen } from "../sync/ConflictsScreen";
import { SyncScreen } from "../sync/SyncScreen";
import { CalendarDesk } from "./CalendarDesk";
import { Desk } from "./Desk";
import { Shell } from "./Shell";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: Desk,
});
const route = <Path extends string>(path: Path, component: () => React.ReactNode) =>
  createRoute({ getParentRoute: () => root, path, component });

const tree = root.addChildren([
  route("/", Desk),
  route("/calendar", CalendarDesk),
  route("/consult", ConsultScreen),
  route("/conflicts", ConflictsScreen),
  route("/sync", SyncScreen),
  route("/staff", StaffScreen),
  createRoute({
    getParentRoute: () => root,
    path: "/index.html",
    beforeLoad: () => {
      throw redirect({ to: "/" });
    },
  }),
]);

export const router = createRouter({ routeTree: tree, history: createHashHistory(), defaultPreload: false });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
