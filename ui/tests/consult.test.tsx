import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type * as B from "../src/api";
import { readFollowUp } from "../src/consultations/followUp";
import { splitJoinString } from "../src/kit/address";
import { asNewPatient } from "../src/patients/RegisterPanel";
import { calls, doctor, openApp } from "./core";

const item: B.DraftItem = {
  line: "",
  medicine: "Amoxicillin",
  strength: "500 mg",
  form: "capsule",
  dose: "1 capsule",
  frequency: "three times a day",
  route: "by mouth",
  durationDays: 5,
  quantity: "15 capsules",
  instructions: "",
  overrideReason: "",
};
const chart: B.Chart = {
  patient: {
    id: "p1",
    recordNumber: "K-1",
    fullName: "Sunita Deshpande",
    alternateName: null,
    gender: "female",
    birthDate: "1980-03-12",
    birthDateEstimated: false,
    ageYears: 46,
    phone: null,
    email: null,
    address: null,
    city: null,
    postalCode: null,
    nationalId: null,
    primaryLanguage: null,
    timezone: null,
    bloodGroup: null,
    notes: null,
    heightCm: null,
    weightKg: null,
    bmi: null,
    active: true,
    createdAt: "2026-01-01T00:00:00Z",
    updatedAt: "2026-01-01T00:00:00Z",
  },
  allergies: [],
  visits: [],
};

test("a stopped medicine refuses to be issued until a reason is given, then is confirmed and issued once", async () => {
  const user = await openApp(
    {
      session: () => doctor,
      open_consultation: (): B.Workplace => ({
        consultation: {
          id: "k1",
          appointmentId: "a1",
          patientId: "p1",
          providerId: "d1",
          mode: "in_person",
          complaint: "",
          symptoms: [],
          findings: "",
          diagnosis: "",
          diagnosisCode: "",
          diagnosisCodes: [],
          startedAt: "2026-11-19T05:00:00Z",
          endedAt: null,
        },
        chart,
        number: "A-013",
        draft: { items: [], advice: "", followUpOn: "", savedAt: null },
      }),
      chart: () => chart,
      save_notes: () => null,
      save_draft: () => null,
      suggest_medicines: () => [],
      parse_line: () => ({
        tokens: [{ text: "amox", means: "Amoxicillin" }],
        item,
        complete: true,
        missing: [],
      }),
      check_draft: ({ draft }: { draft: B.PrescriptionDraft }) =>
        draft.items.map((_, at) => ({
          position: at + 1,
          state: "stop",
          word: "Amoxicillin",
          because: "penicillin",
        })),
      issue_prescription: (): B.PrescriptionSummary => ({
        id: "r1",
        number: "RX-1",
        kind: "allopathic",
        issuedAt: "2026-11-19T05:10:00Z",
        prescriber: "Dr",
        items: [],
        supersedes: null,
        supersededBy: null,
      }),
    },
    "#/consult",
  );
  await screen.findByText("1 patient waits for you");
  await user.keyboard("{Alt>}{ArrowRight}{/Alt}");
  expect(await screen.findByText("None recorded: ask the patient")).toBeTruthy();
  await user.type(await screen.findByTestId("quick-line"), "amox 500 tds 5d{Enter}");
  expect(await screen.findByText("Amoxicillin is a penicillin.")).toBeTruthy();
  const issue = screen.getByTestId<HTMLButtonElement>("issue-prescription");
  expect(issue.disabled).toBe(true);
  expect(screen.getByText("Answer the check first")).toBeTruthy();
  await user.keyboard("{Alt>}o{/Alt}");
  await user.type(await screen.findByRole("textbox", { name: /Why it is right/ }), "No other choice{Enter}");
  await waitFor(() =>
    expect(screen.getByTestId<HTMLButtonElement>("issue-prescription").disabled).toBe(false),
  );
  await user.click(screen.getByTestId("issue-prescription"));
  expect(await screen.findByText(/cannot be changed/)).toBeTruthy();
  await user.dblClick(screen.getByRole("button", { name: "Issue" }));
  expect(await screen.findByRole("dialog", { name: "Prescription RX-1" })).toBeTruthy();
  expect(calls("issue_prescription")).toHaveLength(1);
});

test("short ways of typing", () => {
  expect(readFollowUp("5d", "2026-11-19")).toBe("2026-11-24");
  expect(readFollowUp("2w", "2026-11-19")).toBe("2026-12-03");
  expect(readFollowUp("24 Nov", "2026-11-19")).toBe("2026-11-24");
  expect(readFollowUp("3/1", "2026-11-19")).toBe("2027-01-03");
  expect(readFollowUp("31/2", "2026-11-19")).toBeNull();
  expect(splitJoinString("http://10.0.0.2:7070#AB-CD")).toEqual({
    address: "http://10.0.0.2:7070",
    code: "AB-CD",
  });
  expect(splitJoinString("AB-CD")).toBeNull();
  const rest = {
    fullName: "",
    alternateName: "",
    gender: null,
    phone: "",
    address: "",
    city: "",
    primaryLanguage: "",
  };
  expect(asNewPatient({ ...rest, born: " 46" })).toMatchObject({ birthDate: "", ageYears: "46" });
  expect(asNewPatient({ ...rest, born: "1980" })).toMatchObject({ birthDate: "1980", ageYears: "" });
});
