import { useState } from "react";

/** A key under which the core does an action once, however often it is asked. */
export const newRequestKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );

export const useRequestKey = () => useState(newRequestKey);
