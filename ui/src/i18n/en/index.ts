// The words of the screens, a file for each module; the top-level keys of the files do not overlap.

import app from "./app.json";
import start from "./start.json";
import identity from "./identity.json";
import patients from "./patients.json";
import scheduling from "./scheduling.json";
import calendar from "./calendar.json";
import hours from "./hours.json";
import waitlist from "./waitlist.json";
import services from "./services.json";
import board from "./board.json";
import consultations from "./consultations.json";
import billing from "./billing.json";
import sync from "./sync.json";
import errors from "./errors.json";
import records from "./records.json";
import papers from "./papers.json";

export default {
  ...app,
  ...start,
  ...identity,
  ...patients,
  ...scheduling,
  ...calendar,
  ...hours,
  ...waitlist,
  ...services,
  ...board,
  ...consultations,
  ...billing,
  ...sync,
  ...errors,
  ...records,
  ...papers,
};
