import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type * as B from "../src/api";
import { calls, fail, openApp, receptionist } from "./core";

const secondCode = "Code from your authenticator";
const input = (name: string) => screen.findByLabelText<HTMLInputElement>(name);

test("a login with a second code is asked for it, and loses nothing that was typed", async () => {
  const codes: (string | null)[] = [];
  const user = await openApp({
    session: () => null,
    sign_in: ({ code }: { code: string | null }) => {
      codes.push(code);
      if (code === null) fail("mfa_needed");
      if (code !== "123456") fail("wrong_mfa_code");
      return receptionist;
    },
  });
  const email = await input("Email");
  await user.type(email, "meera@clinic.example");
  await user.type(await input("Password"), "a long password{Enter}");
  const field = await input(secondCode);
  await waitFor(() => expect(document.activeElement).toBe(field));
  expect(field.inputMode).toBe("numeric");
  expect(field.autocomplete).toBe("one-time-code");
  expect(screen.queryByRole("alert")).toBeNull();
  await user.keyboard("{Enter}");
  expect(codes).toEqual([null]);
  await user.keyboard("999999{Enter}");
  expect(await screen.findByText(/This code is not right/)).toBeTruthy();
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(email.value).toBe("meera@clinic.example");
  expect((await input("Password")).value).toBe("a long password");
  // The wrong code is selected, so the next one replaces it.
  await user.keyboard("123456{Enter}");
  expect(await screen.findByTestId("sync-badge")).toBeTruthy();
  expect(codes).toEqual([null, "999999", "123456"]);
});

test("the lock screen asks for the second code too", async () => {
  const user = await openApp({
    session: () => ({ ...receptionist, locked: true }),
    unlock_screen: ({ code }: { code: string | null }) => (code === null ? fail("mfa_needed") : receptionist),
  });
  await user.type(await input("Password"), "a long password{Enter}");
  await input(secondCode);
  await user.keyboard("123456{Enter}");
  expect(await screen.findByTestId("sync-badge")).toBeTruthy();
  expect(calls("unlock_screen").at(-1)).toEqual({ password: "a long password", code: "123456" });
});

test("two-step sign-in is switched on with the key that was shown", async () => {
  const secret = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const user = await openApp({
    own_account: () => ({ mfaEnabled: false }) as B.UserAccount,
    begin_mfa: () => ({ secret, url: `otpauth://totp/x?secret=${secret}` }),
    confirm_mfa: ({ code }: { code: string }) => (code === "123456" ? null : fail("wrong_mfa_code")),
  });
  await user.click(await screen.findByTitle(/two-step/));
  await user.click(await screen.findByRole("menuitem", { name: "Two-step sign-in", hidden: true }));
  const dialog = await screen.findByRole("dialog", { name: "Two-step sign-in" });
  expect(await within(dialog).findByText("ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567")).toBeTruthy();
  await user.type(await input(secondCode), "000000{Enter}");
  expect(await within(dialog).findByText(/This code is not right/)).toBeTruthy();
  await user.clear(await input(secondCode));
  await user.type(await input(secondCode), "123456{Enter}");
  expect(await screen.findByText("Two-step sign-in is on")).toBeTruthy();
  expect(calls("begin_mfa")).toHaveLength(1);
  expect(calls("confirm_mfa").at(-1)).toEqual({ secret, code: "123456" });
});

test("a reset code gives a new password and leads back to sign in", async () => {
  let tries = 0;
  const user = await openApp({
    session: () => null,
    reset_password: () => (tries++ === 0 ? fail("token_invalid") : null),
  });
  await user.type(await input("Email"), "meera@clinic.example");
  await user.click(screen.getByRole("button", { name: "I have a reset code" }));
  await waitFor(() => expect(document.activeElement?.getAttribute("name")).toBe("code"));
  await user.keyboard("ABCDE FGHJK");
  await user.type(await input("New password"), "a very new password");
  await user.type(await input("The same password again"), "another{Enter}");
  expect(await screen.findByText("The two are not the same")).toBeTruthy();
  expect(calls("reset_password")).toHaveLength(0);
  await user.clear(await input("The same password again"));
  await user.type(await input("The same password again"), "a very new password{Enter}");
  expect(await screen.findByText(/This code does not fit/)).toBeTruthy();
  expect((await input("New password")).value).toBe("a very new password");
  await user.keyboard("{Enter}");
  expect(await screen.findByText("The new password is set.")).toBeTruthy();
  expect((await input("Email")).value).toBe("meera@clinic.example");
  expect(calls("reset_password").at(-1)).toEqual({
    email: "meera@clinic.example",
    code: "ABCDE FGHJK",
    newPassword: "a very new password",
  });
});
