import { act, render, screen, waitFor } from "@testing-library/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { beforeEach, expect, test, vi } from "vitest";
import type * as B from "../src/api";
import { roomParts } from "../src/board/calls";
import { openCore } from "./core";

const sounded = vi.hoisted(() => vi.fn());
vi.mock("../src/board/chime", () => ({ chime: sounded }));

const call = (number: string, at: string, name: string | null = null): B.BoardCall => ({
  number,
  room: `Room ${Number(number.slice(-1))}`,
  doctor: "Dr Farah Siddiqui",
  name,
  calledAt: `2026-11-19T05:${at}:00.000Z`,
});
let board: B.Board;
beforeEach(() => {
  sounded.mockClear();
  board = {
    clinic: "Kadamba Clinic",
    site: "Kothrud",
    timezone: "Asia/Kolkata",
    day: "2026-11-19",
    now: "2026-11-19T05:52:00.000Z",
    calls: [call("A-012", "50"), call("B-007", "48")],
    soon: ["A-015", "B-008"],
    languages: ["mr", "ar"],
  };
});

async function open() {
  await openCore({ show_board: () => board, board_full_screen: () => true });
  const { BoardScreen } = await import("../src/board/BoardScreen");
  const { queries, keys, refresh } = await import("../src/api");
  queries.clear();
  render(
    <QueryClientProvider client={queries}>
      <BoardScreen />
    </QueryClientProvider>,
  );
  await screen.findByTestId("board-number");
  return () => act(() => refresh(keys.board));
}

test("the last call is large, in the languages of the patients, and nobody is named", async () => {
  await open();
  expect(screen.getByTestId("board-number").textContent).toBe("A-012");
  expect(screen.getByText("Please come in")).toBeTruthy();
  expect(screen.getByText("कृपया आत या").getAttribute("lang")).toBe("mr");
  expect(screen.getByText("खोली २")).toBeTruthy();
  expect(screen.getByText("تفضلوا بالدخول")).toBeTruthy();
  expect(document.body.textContent).toContain("B-007");
  expect(document.body.textContent).toContain("A-015B-008");
  // What hung there when the board was opened does not sound.
  expect(sounded).not.toHaveBeenCalled();
});

test("a new call sounds once, and one that is repeated says so", async () => {
  const again = await open();
  board = { ...board, calls: [call("A-014", "52"), ...board.calls] };
  await again();
  await waitFor(() => expect(screen.getByTestId("board-number").textContent).toBe("A-014"));
  expect(sounded).toHaveBeenCalledTimes(1);
  expect(screen.queryByText("Called again")).toBeNull();
  await again();
  expect(sounded).toHaveBeenCalledTimes(1);
  board = { ...board, calls: [call("B-007", "53"), ...board.calls.slice(0, 2)] };
  await again();
  await waitFor(() => expect(screen.getByTestId("board-number").textContent).toBe("B-007"));
  expect(sounded).toHaveBeenCalledTimes(2);
  expect(screen.getByText("Called again")).toBeTruthy();
});

test("rooms with a number and rooms with a name", () => {
  expect(roomParts("Room 2")).toEqual({ word: "Room", number: "2" });
  expect(roomParts("12")).toEqual({ word: "", number: "12" });
  expect(roomParts("Skin clinic")).toEqual({ word: "Skin clinic", number: null });
});
