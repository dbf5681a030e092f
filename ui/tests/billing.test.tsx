import { configure, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { expect, test, vi } from "vitest";
import type * as B from "../src/api";
import { amount, money, signed } from "../src/kit/money";
import { calls, fail, openApp, receptionist } from "./core";

// Whole pages with axe: a machine that builds beside them needs its time.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 120_000 });

const inr = (value: string): B.MoneyText => ({ amount: value, currency: "INR" });
const balance = (total: string, paid: string, owed: string): B.Balance => ({
  total: inr(total),
  paid: inr(paid),
  refunded: inr("0.00"),
  owed: inr(owed),
  credit: inr("0.00"),
  payment: owed === "0.00" ? "paid" : "unpaid",
  settlement: owed === "0.00" ? "paid" : "pending",
});
const bill: B.InvoiceSummary = {
  id: "i1",
  number: "A-2026-0017",
  status: "issued",
  clinicId: "c1",
  patientId: "p1",
  patientName: "Sunita Deshpande",
  appointmentId: "a1",
  issuedAt: "2026-11-19T05:00:00.000Z",
  dueOn: null,
  note: null,
  voidReason: null,
  balance: balance("650.00", "200.00", "450.00"),
};
const payment: B.Payment = {
  id: "y1",
  clinicId: "c1",
  patientId: "p1",
  invoiceId: "i1",
  appointmentId: "a1",
  kind: "payment",
  amount: inr("450.00"),
  method: "cash",
  status: "success",
  provider: null,
  transactionReference: null,
  failure: null,
  refundOfId: null,
  receiptNumber: "A-2026-R0042",
  note: null,
  receivedAt: "2026-11-19T05:11:00.000Z",
  settledAt: "2026-11-19T05:11:00.000Z",
};
const line: B.InvoiceLine = {
  position: 1,
  serviceId: null,
  description: "Consultation",
  quantity: 1,
  unitPrice: inr("650.00"),
  discount: inr("0.00"),
  tax: inr("0.00"),
  total: inr("650.00"),
};
const desk: B.Session = {
  ...receptionist,
  permissions: [...receptionist.permissions, "edit_patient", "take_payment", "view_billing", "view_schedule"],
};
const none = { items: [], more: false };
const till: B.CashSession = {
  id: "t1",
  clinicId: "c1",
  deviceId: "d1",
  deviceName: "Front desk 1",
  openedAt: "2026-11-19T03:30:00.000Z",
  openedBy: "Meera Kulkarni",
  openingFloat: inr("1000.00"),
  received: null,
  givenBack: null,
  expected: null,
  closedAt: null,
  closedBy: null,
  counted: null,
  difference: null,
  note: null,
};
const screenOf = {
  session: () => desk,
  list_open_balances: () => ({ items: [{ invoice: bill, phone: "+915550120412" }], more: false }),
  list_invoices_of_patient: () => ({ items: [bill], more: false }),
  list_bookings_of_patient: () => none,
  list_payments_of_patient: () => none,
  get_patient_balance: () => [balance("650.00", "200.00", "450.00")],
  get_invoice: () => ({ summary: bill, lines: [line], payments: [] }),
  list_services: () => none,
  list_takings: () => [
    { method: "card", payments: 2, received: inr("900.00"), givenBack: inr("0.00"), net: inr("900.00") },
    { method: "cash", payments: 3, received: null, givenBack: null, net: null },
  ],
  get_till: () => till,
  list_tills: () => none,
  cash_change: () => ({ back: inr("50.00"), missing: inr("0.00") }),
};
const accessible = async (root: HTMLElement = document.body) => {
  const { violations } = await axe.run(root, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`)).toEqual(
    [],
  );
};

test("amounts are shown with the decimals they came with, to the last digit", () => {
  expect(money(inr("1200.50"))).toBe("₹1,200.50");
  expect(money({ amount: "120000", currency: "IDR" })).toMatch(/120,000$/);
  expect(money({ amount: "1.250", currency: "KWD" })).toMatch(/1\.250$/);
  expect(amount(inr("9007199254740993.07"))).toBe("9,007,199,254,740,993.07");
  expect(signed(inr("-10.00"))).toBe("-10.00");
});

test("an open bill is paid from the list by keyboard, and two presses take the money once", async () => {
  const user = await openApp({ ...screenOf, take_payment: () => payment }, "#/money");
  const grid = await screen.findByRole("grid", { name: "Open balances" });
  expect(within(grid).getByText("Sunita Deshpande")).toBeTruthy();
  await accessible();
  within(grid).getAllByRole("row")[1]!.focus();
  await user.keyboard("{Enter}");
  const amountField = await screen.findByRole<HTMLInputElement>("textbox", { name: "Amount" });
  expect(amountField.value).toBe("450.00");
  await user.type(screen.getByRole("textbox", { name: /Handed over/ }), "500");
  expect((await screen.findByText("Change")).parentElement!.textContent).toContain("₹50.00");
  await accessible();
  await user.keyboard("{Control>}{Enter}{Enter}{/Control}");
  expect(await screen.findByTestId("payment-done")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole("group", { name: "Pages" }));
  const taken = calls("take_payment") as unknown as { requestKey: string; payment: B.NewPayment }[];
  expect(taken).toHaveLength(1);
  expect(taken[0]!.requestKey).toMatch(/^[0-9a-f]{32}$/);
  expect(taken[0]!.payment).toMatchObject({ invoiceId: "i1", amount: "450.00", method: "cash" });
  expect(calls("preview_document")).toContainEqual({
    document: { kind: "receipt", id: "y1", paper: "roll80" },
    language: { screen: "en", chosen: null },
  });
  await user.click(screen.getByRole("radio", { name: "A4 sheet" }));
  await waitFor(() =>
    expect(calls("preview_document")).toContainEqual({
      document: { kind: "receipt", id: "y1", paper: "a4" },
      language: { screen: "en", chosen: null },
    }),
  );
});

test("more than is owed is refused with the amount, and what was typed stays", async () => {
  const user = await openApp(
    { ...screenOf, take_payment: () => fail("more_than_owed", [], "450.00 INR") },
    "#/money",
  );
  const grid = await screen.findByRole("grid", { name: "Open balances" });
  within(grid).getAllByRole("row")[1]!.focus();
  await user.keyboard("{Enter}");
  const field = await screen.findByRole<HTMLInputElement>("textbox", { name: "Amount" });
  await user.clear(field);
  await user.type(field, "900");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect((await screen.findByRole("alert")).textContent).toContain("450.00");
  expect(field.value).toBe("900");
});

test("nothing says what should be in a till before it is counted", async () => {
  const closed = {
    ...till,
    received: inr("300.00"),
    givenBack: inr("50.00"),
    expected: inr("1250.00"),
    closedAt: "2026-11-19T12:00:00.000Z",
    closedBy: "Meera Kulkarni",
    counted: inr("1240.00"),
    difference: inr("-10.00"),
  };
  const user = await openApp({ ...screenOf, close_till: () => closed }, "#/money");
  const side = await screen.findByRole("complementary", { name: "Till of this PC" });
  expect(await within(side).findByText("after the count")).toBeTruthy();
  await user.click(await within(side).findByRole("button", { name: "Count the till" }));
  expect(side.textContent).not.toContain("1,250");
  await accessible();
  await user.type(within(side).getByRole("textbox", { name: "Counted" }), "1240");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await within(side).findByText("Counted ₹1,240.00, expected ₹1,250.00")).toBeTruthy();
  expect(within(side).getByText("₹10.00 missing.")).toBeTruthy();
  expect(calls("close_till")).toEqual([{ cashSessionId: "t1", count: { counted: "1240", note: "" } }]);
});

test("the bill of a patient is made of services and free lines, with its total before it is issued", async () => {
  const dressing = {
    id: "s1",
    name: "Dressing",
    category: "",
    durationMinutes: 15,
    priceMinor: 8000,
    currency: "INR",
    price: inr("80.00"),
    description: null,
    popularity: 1,
    active: true,
  };
  const patient = {
    id: "p1",
    fullName: "Sunita Deshpande",
    recordNumber: "K-20418",
    gender: "female",
    active: true,
  };
  const user = await openApp(
    {
      ...screenOf,
      patient: () => ({
        ...patient,
        createdAt: "2026-09-03T04:30:00.000Z",
        updatedAt: "2026-09-03T04:30:00.000Z",
      }),
      list_invoices_of_patient: () => none,
      list_services: () => ({ items: [dressing], more: false }),
      preview_invoice: () => ({ lines: [inr("150.00"), inr("500.00")], total: inr("650.00") }),
      issue_invoice: () =>
        fail("required", [{ field: "lines.1.unitPrice", code: "not_an_amount", limit: null }]),
    },
    "#/patients/p1",
  );
  await screen.findByRole("heading", { name: "Sunita Deshpande" });
  await user.keyboard("m");
  await user.click(await screen.findByRole("combobox", { name: "Service" }));
  await user.click(await screen.findByRole("option", { name: "Dressing, ₹80.00", hidden: true }));
  await user.click(screen.getByRole("button", { name: "Add a free line" }));
  await user.type(screen.getByRole("textbox", { name: "What" }), "Bandage");
  await user.type(screen.getByRole("textbox", { name: "Price" }), "five");
  expect(await screen.findByText("₹650.00")).toBeTruthy();
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() =>
    expect(screen.getByRole("textbox", { name: "Price" }).getAttribute("aria-invalid")).toBe("true"),
  );
  expect(calls("issue_invoice")[0]).toMatchObject({
    invoice: {
      patientId: "p1",
      lines: [
        { serviceId: "s1", quantity: 1, unitPrice: "" },
        { serviceId: null, description: "Bandage", unitPrice: "five" },
      ],
    },
  });
  await accessible();
});

test("a manager gives money back with a reason", async () => {
  const manager: B.Session = { ...desk, permissions: [...desk.permissions, "manage_billing"] };
  const user = await openApp(
    {
      ...screenOf,
      session: () => manager,
      get_invoice: () => ({ summary: bill, lines: [line], payments: [payment] }),
      refund_payment: () => ({ ...payment, id: "y2", kind: "refund", amount: inr("50.00") }),
    },
    "#/money",
  );
  const grid = await screen.findByRole("grid", { name: "Open balances" });
  within(grid).getAllByRole("row")[1]!.focus();
  await user.keyboard("{Enter}");
  await user.click(await screen.findByRole("button", { name: "Give back A-2026-R0042" }));
  const dialog = await screen.findByRole("dialog");
  const field = within(dialog).getByRole("textbox", { name: "Amount" });
  await user.clear(field);
  await user.type(field, "50");
  await user.type(within(dialog).getByRole("textbox", { name: "Reason" }), "Dressing not done");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() =>
    expect(calls("refund_payment")[0]).toMatchObject({
      refund: { paymentId: "y1", amount: "50", reason: "Dressing not done" },
    }),
  );
});
