import type { Cockpit } from "../../client/drive/cockpit";
import type { DriveView } from "../../client/drive/view";
import { useSignaling } from "../../hooks/usePeerlens";
import { HoldButton } from "./HoldButton";

interface LeaseButtonsProps {
  readonly cockpit: Cockpit;
  readonly view: DriveView;
}

/** Take the car, leave it, pass it on; and clear the emergency stop. */
export function LeaseButtons({ cockpit, view }: LeaseButtonsProps) {
  const isAdmin = useSignaling().welcome?.role === "admin";
  const { car, you } = view;
  if (car === null) return null;
  const isStopped = view.state === "stopped";
  const ask = (type: Parameters<Cockpit["request"]>[0]) => () => {
    cockpit.request(type);
  };
  return (
    <div className="drive-buttons" role="group" aria-label="Driving">
      {isStopped && (you === "driving" || isAdmin) && (
        <HoldButton className="button clear-stop" testId="clear-stop" onHeld={ask("clearStop")}>
          Clear stop
        </HoldButton>
      )}
      {you === "watching" && car.mayDrive && (
        <button
          type="button"
          className="button primary"
          data-testid="request-lease"
          onClick={ask("requestLease")}
        >
          {car.driven ? "Queue up" : "Drive"}
        </button>
      )}
      {you === "driving" && car.queue > 0 && (
        <button
          type="button"
          className="button"
          data-testid="pass-lease"
          onClick={ask("passLease")}
        >
          Pass on
        </button>
      )}
      {you !== "watching" && (
        <button
          type="button"
          className="button"
          data-testid="release-lease"
          onClick={ask("releaseLease")}
        >
          {you === "driving" ? "Leave" : "Leave the queue"}
        </button>
      )}
      {isAdmin && car.driven && you !== "driving" && (
        <button
          type="button"
          className="button"
          data-testid="revoke-lease"
          onClick={ask("revokeLease")}
        >
          Take away
        </button>
      )}
    </div>
  );
}
