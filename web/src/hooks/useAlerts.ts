import { createContext, useContext } from "react";
import type { Alerts } from "../client/timeline/alerts";

export const AlertsContext = createContext<Alerts | null>(null);

export function useAlerts(): Alerts {
  const alerts = useContext(AlertsContext);
  if (alerts === null) throw new Error("useAlerts needs an AlertsContext around it");
  return alerts;
}
