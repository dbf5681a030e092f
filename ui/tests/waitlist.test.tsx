import { screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { expect, test } from "vitest";
import type * as B from "../src/api";
import { calls, emit, fail, openApp, receptionist, sunita } from "./core";

const desk: B.Session = { ...receptionist, permissions: [...receptionist.permissions, "view_schedule"] };
const entry: B.WaitlistEntry = {
  id: "w1",
  clinicId: "c1",
  patientId: "p2",
  patientName: "Noura Qasim",
  patientPhone: "+915550120499",
  providerId: "d2",
  providerName: "Dr Menon",
  serviceId: null,
  serviceName: null,
  desiredFrom: "2026-11-19T18:30:00.000Z",
  desiredTo: "2026-11-26T18:30:00.000Z",
  afterTime: "14:00",
  beforeTime: null,
  status: "waiting",
  note: "Ear again",
  offeredStart: null,
  offeredAt: null,
  offer: "none",
  declined: [],
  appointmentId: null,
  createdAt: "2026-11-18T04:30:00.000Z",
};
const slot = {
  slotId: "x",
  providerId: "d2",
  providerName: "Dr Menon",
  specialization: null,
  clinicId: "c1",
  clinicName: "Kothrud",
  timezone: "Asia/Kolkata",
  start: "2026-11-20T09:30:00.000Z",
  end: "2026-11-20T09:50:00.000Z",
  mode: "in_person",
  capacity: 1,
  left: 1,
} satisfies B.FreeSlot;
const core = {
  session: () => desk,
  list_stranded: () => [],
  list_waitlist: () => ({ items: [entry], more: false }),
  list_waitlist_offers: () => [{ entry, slot }] as B.WaitlistOffer[],
  list_services: () => ({ items: [], more: false }),
};

async function isAccessible() {
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`)).toEqual(
    [],
  );
}

test("a free time is a quiet line over today; one key opens the list and one books it", async () => {
  let booked = false;
  const user = await openApp({
    ...core,
    list_waitlist_offers: () => (booked ? [] : [{ entry, slot }]),
    list_waitlist: () => ({ items: booked ? [] : [entry], more: false }),
    book_waiting: () => {
      booked = true;
      return { ...entry, status: "booked" };
    },
  });
  expect(await screen.findByText("1 who waits can be given a time")).toBeTruthy();
  await user.keyboard("{Alt>}w{/Alt}");
  const side = await screen.findByRole("complementary", { name: "Noura Qasim" });
  expect(within(side).getByText("+915550120499")).toBeTruthy();
  expect(within(side).getByText("Friday 20 November, 15:00")).toBeTruthy();
  await isAccessible();
  await waitFor(() => expect(document.activeElement?.getAttribute("data-testid")).toBe("row-w1"));
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Noura Qasim has Friday 20 November, 15:00, Dr Menon")).toBeTruthy();
  expect(calls("book_waiting")).toEqual([
    { waitlistId: "w1", form: { start: slot.start, providerId: "d2", channel: "phone" } },
  ]);
  expect(await screen.findByText("Nobody waits for a time")).toBeTruthy();
});

test("an offer is written down, declined, and a time that somebody took first is said", async () => {
  const user = await openApp({
    ...core,
    offer_waiting: () => ({ ...entry, offer: "open" }),
    decline_offer: () => ({ ...entry, offer: "declined" }),
    book_waiting: () => fail("slot_taken", [], "Tiago Moreira"),
  });
  await screen.findByTestId("search");
  await user.keyboard("{Alt>}w{/Alt}");
  await screen.findByRole("complementary", { name: "Noura Qasim" });
  await waitFor(() => expect(document.activeElement?.getAttribute("data-testid")).toBe("row-w1"));
  await user.keyboard("o");
  expect(await screen.findByText("Friday 20 November, 15:00 offered to Noura Qasim")).toBeTruthy();
  (await screen.findByTestId("row-w1")).focus();
  await user.keyboard("d");
  await waitFor(() => expect(calls("decline_offer")).toEqual([{ waitlistId: "w1", start: slot.start }]));
  (await screen.findByTestId("row-w1")).focus();
  await user.keyboard("{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("Tiago Moreira");
});

test("somebody is found above and put on the list, with what is wrong beside it and nothing lost", async () => {
  let asked = 0;
  let free = false;
  const user = await openApp({
    ...core,
    list_waitlist_offers: () => (free ? ([{ entry, slot }] as B.WaitlistOffer[]) : []),
    list_waitlist: () => ({ items: asked > 1 ? [entry] : [], more: false }),
    add_to_waitlist: () =>
      asked++ === 0 ? fail("required", [{ field: "toDay", code: "required", limit: null }]) : entry,
  });
  await screen.findByTestId("search");
  await user.keyboard("{Alt>}w{/Alt}");
  await screen.findByText("Nobody waits for a time");
  await user.keyboard("n");
  expect(document.activeElement?.getAttribute("data-testid")).toBe("search");
  await user.keyboard("sun{Enter}");
  const panel = await screen.findByRole("complementary", { name: "Waits for a time" });
  expect(within(panel).getByText(sunita.fullName)).toBeTruthy();
  await user.type(within(panel).getByRole("textbox", { name: /^Note/ }), "After school");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await within(panel).findByText("This is needed")).toBeTruthy();
  expect(document.activeElement).toBe(within(panel).getByRole("textbox", { name: "Until" }));
  await user.type(within(panel).getByRole("textbox", { name: "Until" }), "27/11/2026");
  await user.type(within(panel).getByRole("textbox", { name: /^Not before/ }), "14:00");
  await isAccessible();
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Noura Qasim is on the waiting list")).toBeTruthy();
  expect(calls("add_to_waitlist").at(-1)).toMatchObject({
    form: {
      patientId: "p1",
      toDay: "27/11/2026",
      afterTime: "14:00",
      note: "After school",
      providerId: null,
    },
  });
  // The list was empty: its first row takes the keys when it comes, and keeps them when a free time for it is found.
  const hasKeys = () => expect(document.activeElement?.getAttribute("data-testid")).toBe("row-w1");
  await waitFor(hasKeys);
  free = true;
  emit("changed", { tables: ["waitlist"] });
  const row = () => within(screen.getByTestId("row-w1"));
  await waitFor(() => expect(row().getByText("Friday 20 November, 15:00")).toBeTruthy());
  await waitFor(hasKeys);
});
