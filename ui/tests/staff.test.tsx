import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type * as B from "../src/api";
import { calls, openApp, receptionist } from "./core";

test("a manager makes a reset code once and can take a suspension back", async () => {
  const member: B.StaffMember = {
    userId: "u2",
    name: "Imran Shaikh",
    email: "imran@clinic.example",
    roles: ["receptionist"],
    providerId: null,
    specialization: null,
    active: true,
  };
  const manager: B.Session = { ...receptionist, permissions: ["view_queue", "manage_staff"] };
  const user = await openApp(
    {
      session: () => manager,
      list_staff: () => [member],
      issue_token: () => ({
        code: "ABCDEFGHJK",
        expiresAt: new Date(Date.now() + 30 * 60_000).toISOString(),
      }),
      suspend_user: () => null,
      reactivate_user: () => null,
    },
    "#/staff",
  );
  await user.click(await screen.findByRole("button", { name: "More for Imran Shaikh" }));
  await user.click(await screen.findByRole("menuitem", { name: "Reset password", hidden: true }));
  expect((await screen.findByTestId("reset-code")).textContent).toBe("ABCDE FGHJK");
  expect(screen.getByText(/for 30 more minutes/)).toBeTruthy();
  expect(calls("issue_token")).toEqual([{ userId: "u2", purpose: "password_reset" }]);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByTestId("reset-code")).toBeNull());
  await user.click(await screen.findByRole("button", { name: "More for Imran Shaikh" }));
  await user.click(await screen.findByRole("menuitem", { name: "Suspend", hidden: true }));
  expect(await screen.findByText("Imran Shaikh may no longer sign in")).toBeTruthy();
  await user.keyboard("{Control>}z{/Control}");
  expect(await screen.findByText("Imran Shaikh may sign in again")).toBeTruthy();
});
