import { useTranslation } from "react-i18next";
import {
  api,
  keys,
  refresh,
  useCommand,
  type CommandError,
  type Decided,
  type MergeChoice,
  type PossibleDuplicate,
} from "../api";
import { explain } from "../errors";
import { useHere } from "../kit/clinic";
import { tellAction } from "../kit/keys";
import { moment } from "../kit/time";
import type { Choice } from "./choices";
import { concerned, type Item } from "./items";

const touched = [keys.conflicts, keys.syncStatus, ["today"], ["search"], ["chart"]] as const;
const lookAgain = () => void refresh(...touched);

/** Takes back what one decision did, by the command that belongs to its kind. */
const takeBack = (outcome: Decided["outcome"], id: string) =>
  outcome === "moved"
    ? api.undoBookingMove(id)
    : outcome === "both"
      ? api.undoKeepBoth(id)
      : api.undoVersion(id);

/** Which fields come from the later record, so that its details stay: those that say something else. */
export function detailsOfLater({ first, second }: PossibleDuplicate): MergeChoice["fromLater"] {
  const says = (field: (typeof mergeFields)[number][1]) =>
    second[field] !== null && second[field] !== first[field];
  return mergeFields.filter(([, field]) => says(field)).map(([name]) => name);
}
const mergeFields = [
  ["fullName", "fullName"],
  ["alternateName", "alternateName"],
  ["birthDate", "birthDate"],
  ["gender", "gender"],
  ["phone", "phone"],
  ["email", "email"],
  ["address", "address"],
  ["address", "city"],
  ["address", "postalCode"],
  ["nationalId", "nationalId"],
  ["primaryLanguage", "primaryLanguage"],
  ["bloodGroup", "bloodGroup"],
  ["notes", "notes"],
  ["heightCm", "heightCm"],
  ["weightKg", "weightKg"],
] as const;

/** Does what was chosen, tells it in the key line, and offers to take it back. */
export function useDecide(onDone: (gone: Item) => void) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const run = useCommand(
    async (item: Item, choice: Choice): Promise<{ text: string; undo?: () => Promise<unknown> }> => {
      switch (choice.does) {
        case "move": {
          const { booking, to } = choice;
          const { appointmentId } = booking;
          const { providerId, clinicId, start } = to;
          const made = await api.moveDoubleBooked({
            conflictId: item.id,
            appointmentId,
            providerId,
            clinicId,
            start,
          });
          const moved = t("conflicts.twice.moved", { name: booking.patientName, time: moment(start, tz) });
          const call = booking.phone
            ? t(booking.phoneOf ? "conflicts.twice.callOf" : "conflicts.twice.call", {
                phone: booking.phone,
                of: booking.phoneOf,
              })
            : t("conflicts.twice.noPhone");
          return { text: `${moved} ${call}`, undo: () => takeBack("moved", made) };
        }
        case "both": {
          const made = await api.keepBothBookings(item.id);
          return { text: t("conflicts.twice.bothKept"), undo: () => takeBack("both", made) };
        }
        case "keep": {
          const made = await api.keepVersion(item.id, choice.version.stamp);
          const title = item.kind === "fields" ? concerned(item.conflict.title, item.conflict.table) : "";
          const device = choice.version.device || t("conflicts.someone");
          return { text: t("conflicts.kept", { title, device }), undo: () => takeBack("one", made) };
        }
        case "merge": {
          if (item.kind !== "pair") break;
          const { first, second } = item.pair;
          const fromLater = choice.detailsOf === "second" ? [...new Set(detailsOfLater(item.pair))] : [];
          await api.mergePatients({ one: first.id, other: second.id, fromLater });
          const made = (await api.listMerges(first.id)).find(
            ({ mergedId, undoneAt }) => mergedId === second.id && undoneAt === null,
          );
          const text = t("conflicts.pair.merged", { kept: first.recordNumber, gone: second.recordNumber });
          return made ? { text, undo: () => api.undoMerge(made.id) } : { text };
        }
        case "apart": {
          if (item.kind !== "pair") break;
          const { first, second } = item.pair;
          await api.keepPatientsApart(first.id, second.id);
          return { text: t("conflicts.pair.apart", { first: first.fullName, second: second.fullName }) };
        }
        case "accept": {
          const { commits, records, left } = await api.acceptHandedOver(item.id);
          const done = t("conflicts.commit.handedOver.done", { count: commits, records });
          return {
            text: left > 0 ? `${done}. ${t("conflicts.commit.handedOver.left", { count: left })}` : done,
          };
        }
        case "aside":
          await api.putCommitAside(item.id);
          return { text: t("conflicts.commit.done") };
        case "undo": {
          if (item.kind === "decided") await takeBack(item.decided.outcome, item.decided.id);
          if (item.kind === "decidedPair" && item.decided.mergeId) await api.undoMerge(item.decided.mergeId);
          return { text: t("conflicts.undo.done") };
        }
      }
      return { text: "" };
    },
  );

  // The key line outlives this screen: its undo leans on nothing that is shown here.
  const undo = async (back: () => Promise<unknown>) => {
    tellAction(null);
    try {
      await back();
      tellAction({ text: t("conflicts.undo.done") });
    } catch (error) {
      tellAction({ text: explain(error as CommandError).what });
    }
    lookAgain();
  };

  const decide = (item: Item, choice: Choice) => {
    if (run.isPending) return;
    run.mutate([item, choice], {
      onSuccess: ({ text, undo: back }) => {
        tellAction({ text, undo: back && (() => void undo(back)) });
        onDone(item);
        lookAgain();
      },
      // What was decided elsewhere meanwhile leaves the list; the words of the failure stay.
      onError: lookAgain,
    });
  };
  return { decide, busy: run.isPending, error: run.error, reset: run.reset };
}
