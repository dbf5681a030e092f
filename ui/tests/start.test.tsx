import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { calls, fail, openApp, receptionist } from "./core";

test("a fresh PC offers three ways; the pasted line of another PC fills both fields", async () => {
  const user = await openApp({ startup: () => ({ kind: "fresh", keyring: true }) });
  expect(await screen.findByTestId("start-demo")).toBeTruthy();
  await user.keyboard("3");
  const code = await screen.findByRole<HTMLInputElement>("textbox", { name: "Code" });
  await user.click(code);
  await user.paste("http://192.168.1.10:7070#K7QF-2MXD");
  expect(code.value).toBe("K7QF-2MXD");
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Address of the hub" }).value).toBe(
    "http://192.168.1.10:7070",
  );
});

test("without a keyring a passphrase comes first, long enough and twice the same", async () => {
  const user = await openApp({ startup: () => ({ kind: "fresh", keyring: false }) });
  await user.type(await screen.findByLabelText("Passphrase"), "short{Enter}");
  expect(screen.getByText("Too short: at least 12 characters")).toBeTruthy();
  expect(screen.getByText(/cannot be recovered/)).toBeTruthy();
  await user.type(screen.getByLabelText("Passphrase"), " but then longer");
  await user.type(screen.getByLabelText("The same passphrase again"), "short but then longer{Enter}");
  expect(await screen.findByTestId("start-setup")).toBeTruthy();
});

test.each(["keyring_silent", "wrong_key", "database_damaged", "database_newer"])(
  "%s says that nothing was overwritten and where the records lie",
  async (code) => {
    await openApp({ startup: () => ({ kind: "failed", code, dataDir: "/data/neem" }) });
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toMatch(/overwritten/);
    expect(alert.textContent).toContain("/data/neem");
    expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
  },
);

test("a wrong password keeps the email", async () => {
  let tries = 0;
  const user = await openApp({
    session: () => null,
    sign_in: () => (tries++ === 0 ? fail("wrong_sign_in") : receptionist),
  });
  const email = await screen.findByRole<HTMLInputElement>("textbox", { name: "Email" });
  await user.type(email, "meera@clinic.example");
  await user.type(screen.getByLabelText("Password"), "wrong{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("do not belong together");
  expect(email.value).toBe("meera@clinic.example");
  await user.type(screen.getByLabelText("Password"), "right{Enter}");
  expect(await screen.findByTestId("sync-badge")).toBeTruthy();
  expect(calls("sign_in")).toHaveLength(2);
});
