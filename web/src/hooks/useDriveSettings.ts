import { createContext, useContext } from "react";
import type { SettingsStore } from "../client/drive/settings";

export const DriveSettingsContext = createContext<SettingsStore | null>(null);

export function useDriveSettings(): SettingsStore {
  const store = useContext(DriveSettingsContext);
  if (store === null) throw new Error("useDriveSettings needs a DriveSettingsContext around it");
  return store;
}
