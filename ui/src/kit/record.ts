import type { AppointmentId, PatientId } from "../api";
import { remember } from "./memory";

// A module that shows a patient in passing leads to the page and to the money without knowing either.

/** Goes to the page of a patient. */
export const openRecord = (id: PatientId) => {
  window.location.hash = `#/patients/${id}`;
};

/** Docks the money of a visit at the right of today's list. */
export const openPayment = (patientId: PatientId, patientName: string, appointmentId: AppointmentId) =>
  remember("desk:panel", { kind: "payment", of: { patientId, patientName, appointmentId } });
