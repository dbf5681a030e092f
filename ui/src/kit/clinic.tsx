import { createContext, useContext } from "react";
import type { Clinic, ClinicOverview, Permission, Session } from "../api";

type Here = { overview: ClinicOverview; clinic: Clinic; session: Session };
const HereContext = createContext<Here | null>(null);
export const HereProvider = HereContext.Provider;

/** The clinic of this PC and the person signed in. */
export function useHere() {
  const here = useContext(HereContext);
  if (!here) throw new Error("no clinic here");
  const may = (permission: Permission) => here.session.permissions.includes(permission);
  return { ...here, tz: here.clinic.timezone, may };
}
