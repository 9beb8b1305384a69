import { useAlerts } from "../../hooks/useAlerts";
import { useObservable } from "../../hooks/useObservable";
import type { AlertState } from "../../client/timeline/alerts";
import { Icon } from "../Icon";

const WORDS: Readonly<Record<AlertState, string>> = {
  off: "Notify me when something moves",
  on: "Notifications are on",
  denied: "This browser’s settings forbid notifications from this page",
  unsupported: "This browser shows no notifications from pages",
};

export function AlertSwitch() {
  const alerts = useAlerts();
  const state = useObservable(alerts.state);
  const isPossible = state === "on" || state === "off";
  return (
    <button
      type="button"
      className="button icon-button alert-switch"
      role="switch"
      aria-checked={state === "on"}
      aria-label="Notifications"
      title={WORDS[state]}
      data-testid="alerts"
      data-state={state}
      disabled={!isPossible}
      onClick={() => {
        if (state === "on") alerts.switchOff();
        else void alerts.switchOn();
      }}
    >
      <Icon name="bell" size={18} />
    </button>
  );
}
