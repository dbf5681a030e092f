import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  redirect,
  useNavigate,
} from "@tanstack/react-router";
import { ConsultScreen } from "../consultations/ConsultScreen";
import { StaffScreen } from "../identity/StaffScreen";
import { HoursScreen } from "../hours/HoursScreen";
import { ServicesScreen } from "../services/ServicesScreen";
import { WaitlistScreen } from "../waitlist/WaitlistScreen";
import { ConflictsScreen } from "../sync/ConflictsScreen";
import { SyncScreen } from "../sync/SyncScreen";
import { CalendarDesk } from "./CalendarDesk";
import { Desk } from "./Desk";
import { focusSearch } from "./desk-panel";
import { Money } from "./Money";
import { PatientRecord, Patients } from "./Patients";
import { Shell } from "./Shell";

const root = createRootRoute({
  component: Shell,
  notFoundComponent: Desk,
});
const route = <Path extends string>(path: Path, component: () => React.ReactNode) =>
  createRoute({ getParentRoute: () => root, path, component });

function Hours() {
  const navigate = useNavigate();
  return <HoursScreen onServices={() => void navigate({ to: "/services" })} />;
}
function Services() {
  const navigate = useNavigate();
  return <ServicesScreen onBack={() => void navigate({ to: "/hours" })} />;
}
const Waitlist = () => <WaitlistScreen onFind={focusSearch} />;

const tree = root.addChildren([
  route("/", Desk),
  route("/calendar", CalendarDesk),
  route("/consult", ConsultScreen),
  route("/waitlist", Waitlist),
  route("/hours", Hours),
  route("/services", Services),
  route("/patients", Patients),
  route("/patients/$id", PatientRecord),
  route("/money", Money),
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

/** For one window: a router keeps what it was doing when it was taken off the page. */
export const newRouter = () =>
  createRouter({ routeTree: tree, history: createHashHistory(), defaultPreload: false });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
