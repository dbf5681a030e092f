import { configure, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { expect, test, vi } from "vitest";
import type * as B from "../src/api";
import { calls, fail, openApp, receptionist, sunita } from "./core";

// Whole pages with axe: a machine that builds beside them needs its time.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 120_000 });

const desk: B.Session = {
  ...receptionist,
  permissions: [
    ...receptionist.permissions,
    "edit_patient",
    "take_payment",
    "view_billing",
    "view_schedule",
    "merge_patients",
  ],
};
const record: B.Patient = {
  id: "p1",
  recordNumber: "K-20418",
  fullName: "Sunita Deshpande",
  alternateName: "सुनीता देशपांडे",
  gender: "female",
  birthDate: "1980-03-12",
  birthDateEstimated: false,
  ageYears: 46,
  phone: "+915550120412",
  email: null,
  address: "14 Champa Lane",
  city: "Pune",
  postalCode: null,
  nationalId: null,
  primaryLanguage: "mr",
  timezone: null,
  bloodGroup: null,
  notes: null,
  heightCm: null,
  weightKg: null,
  bmi: null,
  active: true,
  createdAt: "2026-09-03T04:30:00.000Z",
  updatedAt: "2026-09-03T04:30:00.000Z",
};
const form: B.PatientForm = {
  fullName: "Sunita Deshpande",
  alternateName: "सुनीता देशपांडे",
  gender: "female",
  birthDate: "1980-03-12",
  ageYears: "",
  phone: "+915550120412",
  email: "",
  address: "14 Champa Lane",
  city: "Pune",
  postalCode: "",
  nationalId: "",
  primaryLanguage: "mr",
  timezone: "",
  bloodGroup: null,
  notes: "",
  heightCm: "",
  weightKg: "",
  active: true,
};
const child = { ...sunita, id: "p2", recordNumber: "K-20419", fullName: "Mira Deshpande" };
const change: B.PatientChange = {
  at: "2026-11-19T04:30:00.000Z",
  by: "Meera Kulkarni",
  device: "Front desk 1",
  action: "edit_patient",
  recordNumber: "K-20418",
  made: false,
  fields: [{ field: "address", before: "2 Banyan Street", after: "14 Champa Lane" }],
};
const none = { items: [], more: false };
const page = {
  session: () => desk,
  patient: () => record,
  patient_form: () => form,
  list_dependants: () => ({
    dependants: [
      {
        id: "l1",
        relationship: "child",
        notes: null,
        patientId: "p2",
        recordNumber: "K-20419",
        fullName: "Mira Deshpande",
        phone: null,
      },
    ],
    responsible: [],
  }),
  patient_preferences: () => ({ channels: ["phone"], languages: ["mr"] }),
  list_consents: () => [],
  consent_history: () => none,
  patient_history: () => [change],
  list_bookings_of_patient: () => none,
  list_files: () => none,
  list_possible_duplicates_of: () => [],
  list_merges: () => [],
  get_patient_balance: () => [],
  list_invoices_of_patient: () => none,
  list_payments_of_patient: () => none,
  whereabouts: () => ["at_the_hub"],
};
// The head of a dialog is a <header> to Mantine, and the window's bar behind it is another.
const off = { enabled: false };
const accessible = async (root: HTMLElement = document.body) => {
  const { violations } = await axe.run(root, {
    rules: { "color-contrast": off, "landmark-no-duplicate-banner": off },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`)).toEqual(
    [],
  );
};

test("today's patients are there before typing, and Enter opens a record", async () => {
  const user = await openApp(page, "#/patients");
  const list = await screen.findByRole("listbox", { name: "Here today" });
  expect(within(list).getByText("Sunita Deshpande")).toBeTruthy();
  expect(calls("search_patients")).toContainEqual({ query: "" });
  await accessible();
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("heading", { name: "Sunita Deshpande" })).toBeTruthy();
});

test("the page says who they are, who belongs to them, and who changed what", async () => {
  await openApp(page, "#/patients/p1");
  const history = await screen.findByRole("list", { name: "Who changed what" });
  expect(await within(history).findByText("Meera Kulkarni, Front desk 1")).toBeTruthy();
  expect(within(history).getByText("2 Banyan Street")).toBeTruthy();
  expect(within(history).getByText("14 Champa Lane")).toBeTruthy();
  const family = screen.getByRole("region", { name: "Family" });
  expect(await within(family).findByRole("button", { name: "Open Mira Deshpande" })).toBeTruthy();
  expect(screen.getByRole("region", { name: "Consents" }).textContent).toContain("Not asked");
  expect(screen.getByText("46 years", { exact: false })).toBeTruthy();
  await accessible();
});

test("an age that was only told is said as one, never as a day of birth", async () => {
  const told = { ...record, birthDate: "1980-01-01", birthDateEstimated: true };
  await openApp({ ...page, patient: () => told }, "#/patients/p1");
  expect(await screen.findByText("1980, about 46 years")).toBeTruthy();
  expect(document.body.textContent).not.toContain("1 Jan 1980");
});

test("every problem of an edit is said at once and nothing typed is lost", async () => {
  const user = await openApp(
    {
      ...page,
      edit_patient: () =>
        fail("required", [
          { field: "fullName", code: "not_a_name", limit: null },
          { field: "email", code: "not_an_email", limit: null },
        ]),
    },
    "#/patients/p1",
  );
  await screen.findByRole("heading", { name: "Sunita Deshpande" });
  await user.keyboard("e");
  const panel = await screen.findByRole("complementary", { name: "Edit the record" });
  const name = await within(panel).findByRole<HTMLInputElement>("textbox", { name: "Full name" });
  await user.clear(name);
  await user.type(name, "12");
  await user.type(within(panel).getByRole("textbox", { name: /Email/ }), "nobody");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(panel.querySelectorAll('[aria-invalid="true"]')).toHaveLength(2));
  expect(name.value).toBe("12");
  await accessible();
});

test("who was faster is not overwritten: what was typed here is kept, the rest is theirs", async () => {
  let changed = false;
  const user = await openApp(
    {
      ...page,
      patient: () => (changed ? { ...record, updatedAt: "2026-11-19T05:00:00.000Z" } : record),
      patient_form: () => (changed ? { ...form, city: "Nashik" } : form),
      edit_patient: ({ change }: { change: B.EditPatient }) => {
        if (change.seen === record.updatedAt) {
          changed = true;
          fail("changed_meanwhile");
        }
        return record;
      },
    },
    "#/patients/p1",
  );
  await screen.findByRole("heading", { name: "Sunita Deshpande" });
  await user.keyboard("e");
  const address = await screen.findByRole("textbox", { name: /Address/ });
  await user.clear(address);
  await user.type(address, "7 Palash Road");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText(/changed this record meanwhile/)).toBeTruthy();
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: /Town/ }).value).toBe("Nashik");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(calls("edit_patient")).toHaveLength(2));
  const last = calls("edit_patient").at(-1) as unknown as { change: B.EditPatient };
  expect(last.change).toMatchObject({
    seen: "2026-11-19T05:00:00.000Z",
    form: { address: "7 Palash Road", city: "Nashik" },
  });
});

test("a child is registered from its mother, who is no duplicate of it", async () => {
  const user = await openApp(
    { ...page, likely_duplicates: () => [sunita], register_dependant: () => child },
    "#/patients/p1",
  );
  await screen.findByRole("heading", { name: "Sunita Deshpande" });
  await user.keyboard("d");
  const panel = await screen.findByRole("complementary", {
    name: "Register a dependant of Sunita Deshpande",
  });
  const field = (name: RegExp) => within(panel).getByRole<HTMLInputElement>("textbox", { name });
  expect(field(/Phone/).value).toBe("+915550120412");
  expect(field(/Address/).value).toBe("14 Champa Lane");
  await user.type(field(/Full name/), "Mira Deshpande");
  await user.click(within(panel).getByRole("radio", { name: "Female" }));
  await user.type(field(/Birth date or age/), "4");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(calls("register_dependant")).toHaveLength(1));
  expect(calls("register_dependant")[0]).toMatchObject({
    responsiblePatientId: "p1",
    relationship: "child",
    patient: { fullName: "Mira Deshpande", ageYears: "4", birthDate: "", phone: "+915550120412" },
  });
});

test("two people with one number: the second becomes a dependant of the first", async () => {
  const user = await openApp({
    ...page,
    search_patients: () => [],
    likely_duplicates: () => [{ ...sunita, phone: "+915550120412" }],
    register_dependant: () => child,
  });
  await user.type(await screen.findByTestId("search"), "Mira Deshpande{Enter}");
  await user.type(await screen.findByRole("textbox", { name: /Phone/ }), "5550120412");
  await user.click(await screen.findByRole("button", { name: "Register as their dependant" }));
  expect(
    await screen.findByRole("complementary", { name: "Register a dependant of Sunita Deshpande" }),
  ).toBeTruthy();
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: /Address/ }).value).toBe("14 Champa Lane");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(calls("register_dependant")).toHaveLength(1));
  expect(calls("register_patient")).toHaveLength(0);
});

test("wishes and consents come after registering, and each decision is a row", async () => {
  const user = await openApp(
    {
      ...page,
      search_patients: () => [],
      likely_duplicates: () => [],
      register_patient: () => sunita,
      record_consent: () => [],
      save_preferences: () => ({ channels: ["whatsapp"], languages: [] }),
      patient_preferences: () => ({ channels: [], languages: [] }),
    },
    "#/patients",
  );
  await user.type(await screen.findByRole("combobox", { name: "Find in patients" }), "Sunita Deshpande");
  await screen.findByText("No patient matches");
  await user.keyboard("{Enter}");
  await screen.findByRole("complementary", { name: "Register a patient" });
  await user.keyboard("{Control>}{Enter}{/Control}");
  const panel = await screen.findByRole("complementary", { name: "Wishes and consents" });
  await user.click(within(panel).getByRole("button", { name: "WhatsApp" }));
  await user.click(within(panel).getByRole("button", { name: "Given: Messages" }));
  await waitFor(() =>
    expect(calls("record_consent")[0]).toMatchObject({
      consent: { patientId: "p1", purpose: "messages", decision: "given" },
    }),
  );
  await accessible();
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() =>
    expect(calls("save_preferences")).toEqual([
      { patientId: "p1", preferences: { channels: ["whatsapp"], languages: [] } },
    ]),
  );
});

test("a possible duplicate is merged with a look at both, and taken back by one key", async () => {
  const other = { ...record, id: "p9", recordNumber: "B-10007", phone: "+915550199999", birthDate: null };
  let merged = false;
  const merge = {
    id: "m1",
    keptId: "p1",
    mergedId: "p9",
    mergedRecordNumber: "B-10007",
    mergedName: "Sunita Deshpande",
    mergedBy: "Meera Kulkarni",
    mergedAt: "2026-11-19T05:00:00.000Z",
    undoneAt: null,
  };
  const user = await openApp(
    {
      ...page,
      list_possible_duplicates_of: () =>
        merged
          ? []
          : [
              {
                first: record,
                second: other,
                score: 9,
                likely: true,
                agreeing: [],
                firstMade: null,
                secondMade: null,
                foundAt: record.createdAt,
              },
            ],
      merge_patients: () => {
        merged = true;
        return record;
      },
      list_merges: () => (merged ? [merge] : []),
      undo_merge: () => {
        merged = false;
        return null;
      },
    },
    "#/patients/p1",
  );
  await user.click(await screen.findByRole("button", { name: "Merge" }));
  const dialog = await screen.findByRole("dialog");
  await user.click(within(dialog).getByRole("radio", { name: /Phone of B-10007/ }));
  await accessible(dialog);
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() =>
    expect(calls("merge_patients")).toEqual([{ choice: { one: "p1", other: "p9", fromLater: ["phone"] } }]),
  );
  expect(await screen.findByText("B-10007 merged into K-20418")).toBeTruthy();
  await user.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(calls("undo_merge")).toEqual([{ mergeId: "m1" }]));
});

test("a manager erases only with the record's number, and reads what stays", async () => {
  const manager: B.Session = { ...desk, permissions: [...desk.permissions, "erase_patient"] };
  const user = await openApp(
    {
      ...page,
      session: () => manager,
      erase_patient: () => ({
        recordNumbers: ["K-20418"],
        erased: [{ table: "patients", rows: 1 }],
        kept: [{ table: "payments", rows: 2, because: "accounts" }],
      }),
    },
    "#/patients/p1",
  );
  await user.click(await screen.findByRole("button", { name: "Erase…" }));
  const dialog = await screen.findByRole("dialog");
  const button = within(dialog).getByRole<HTMLButtonElement>("button", { name: "Erase for ever" });
  expect(button.disabled).toBe(true);
  await user.type(within(dialog).getByRole("textbox"), "k-20418");
  await user.click(button);
  expect(await screen.findByText("accounts, kept by tax law")).toBeTruthy();
  expect(calls("erase_patient")).toHaveLength(1);
});

test("Ctrl+Enter in the search opens the record", async () => {
  const user = await openApp(page);
  await user.type(await screen.findByTestId("search"), "sun");
  expect(await screen.findByRole("option", { name: /Sunita Deshpande/ })).toBeTruthy();
  expect(screen.getAllByText("open the record").length).toBeGreaterThan(0);
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByRole("heading", { name: "Sunita Deshpande" })).toBeTruthy();
});
