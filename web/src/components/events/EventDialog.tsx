import { useEffect, useRef, useState } from "react";
import { epochNow } from "../../client/clock";
import { Refused } from "../../client/errors";
import type { EventInfo } from "../../client/messages";
import { useEventPicture } from "../../hooks/useEventPicture";
import { usePeerlens, useSignaling } from "../../hooks/usePeerlens";
import { download } from "../download";
import { Icon } from "../Icon";
import { MotionOverlay } from "../MotionOverlay";
import { ClipPlayer } from "./ClipPlayer";
import { clockTime, confidenceWords, dayName, lasted, levelName, whatName } from "./wording";

interface EventDialogProps {
  readonly event: EventInfo;
  readonly camera: string;
  readonly newer: EventInfo | null;
  readonly older: EventInfo | null;
  readonly onOpen: (event: EventInfo) => void;
  readonly onRemove: (id: string) => Promise<void>;
  readonly onClose: () => void;
}

/** One event: its clip, its picture with what moved in it, and all that is known of it. */
export function EventDialog(props: EventDialogProps) {
  const { event, camera, newer, older, onOpen, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [wantsPicture, setWantsPicture] = useState(!event.clip);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
    };
  }, []);
  const showsPicture = wantsPicture || !event.clip;
  return (
    <dialog
      ref={dialog}
      className="event-dialog"
      data-testid="event-dialog"
      data-id={event.id}
      aria-label={whatName(event.what)}
      onCancel={onClose}
      onClick={({ target }) => {
        // Beside it.
        if (target === dialog.current) onClose();
      }}
    >
      <div className="event-sheet">
        <div className="event-head">
          <div>
            <h2>{whatName(event.what)}</h2>
            <p>
              {camera} · {dayName(event.startMs, epochNow())}, {clockTime(event.startMs)}
            </p>
          </div>
          <Step to={newer} label="Newer event" icon="back" onOpen={onOpen} />
          <Step to={older} label="Older event" icon="forward" onOpen={onOpen} />
          <button type="button" className="button icon-button" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        <div className="event-stage">
          {showsPicture ? <Picture event={event} /> : <ClipPlayer event={event} />}
        </div>
        {event.clip && event.snapshot && (
          <div className="chips" role="group" aria-label="Show">
            {([false, true] as const).map((each) => (
              <button
                key={String(each)}
                type="button"
                className="chip"
                aria-pressed={showsPicture === each}
                data-testid={each ? "show-picture" : "show-clip"}
                onClick={() => {
                  setWantsPicture(each);
                }}
              >
                {each ? "Picture" : "Clip"}
              </button>
            ))}
          </div>
        )}
        {event.description !== null && <p className="event-description">{event.description}</p>}
        <Facts event={event} />
        <Actions {...props} />
      </div>
    </dialog>
  );
}

interface StepProps {
  readonly to: EventInfo | null;
  readonly label: string;
  readonly icon: "back" | "forward";
  readonly onOpen: (event: EventInfo) => void;
}

function Step({ to, label, icon, onOpen }: StepProps) {
  return (
    <button
      type="button"
      className="button icon-button"
      aria-label={label}
      title={label}
      disabled={to === null}
      onClick={() => {
        if (to !== null) onOpen(to);
      }}
    >
      <Icon name={icon} />
    </button>
  );
}

/** The camera's own picture at the peak; the boxes lie over it. */
function Picture({ event }: { readonly event: EventInfo }) {
  const url = useEventPicture(event, "snapshot.jpg", true);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  if (url === null) {
    return (
      <p className="event-cover" role="status">
        <Icon name={event.snapshot ? "spinner" : "camera-off"} size={28} />
        {event.snapshot ? "Fetching the picture…" : "No picture was kept of it."}
      </p>
    );
  }
  return (
    <>
      <img
        src={url}
        alt="The camera’s picture"
        data-testid="event-snapshot"
        onLoad={({ currentTarget }) => {
          setSize({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight });
        }}
      />
      <MotionOverlay motion={{ ...event, isActive: true }} size={size} fit="contain" />
    </>
  );
}

function Facts({ event }: { readonly event: EventInfo }) {
  const facts: readonly (readonly [string, string])[] = [
    ["What", whatName(event.what) + confidenceWords(event.confidence)],
    ["Lasted", event.endMs === null ? "Goes on" : lasted(event)],
    ["Most motion", `${levelName(event.level)}, ${event.percent.toFixed(1)} % of the picture`],
    ...(event.zones.length > 0 ? [["Zones", event.zones.join(", ")] as const] : []),
  ];
  return (
    <dl className="event-facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Actions({ event, onRemove }: EventDialogProps) {
  const { archive } = usePeerlens();
  const isAdmin = useSignaling().welcome?.role === "admin";
  const [isAsking, setIsAsking] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = (action: () => Promise<void>) => {
    setIsBusy(true);
    setProblem(null);
    action()
      .catch((error: unknown) => {
        setProblem(error instanceof Refused ? error.detail : String(error));
      })
      .finally(() => {
        setIsBusy(false);
      });
  };
  const save = async () => {
    const name = event.clip ? "clip.mp4" : "snapshot.jpg";
    const at = new Date(event.startMs).toISOString().replace(/[:.]/g, "-");
    download(await archive.file(event.id, name), `${event.camera}-${at}${event.clip ? ".mp4" : ".jpg"}`);
  };
  return (
    <div className="event-actions">
      {problem !== null && <p role="alert">{problem}</p>}
      {isAsking ? (
        <>
          <p>Delete this event and its pictures for good?</p>
          <button
            type="button"
            className="button"
            onClick={() => {
              setIsAsking(false);
            }}
          >
            Keep
          </button>
          <button
            type="button"
            className="button danger"
            data-testid="delete-for-good"
            disabled={isBusy}
            onClick={() => {
              attempt(() => onRemove(event.id));
            }}
          >
            Delete
          </button>
        </>
      ) : (
        <>
          {(event.clip || event.snapshot) && (
            <button
              type="button"
              className="button"
              disabled={isBusy}
              onClick={() => {
                attempt(save);
              }}
            >
              <Icon name="download" size={18} />
              {event.clip ? "Save clip" : "Save picture"}
            </button>
          )}
          {isAdmin && (
            <button
              type="button"
              className="button"
              data-testid="delete-event"
              disabled={event.endMs === null}
              title={event.endMs === null ? "It goes on: once it has ended" : ""}
              onClick={() => {
                setIsAsking(true);
              }}
            >
              <Icon name="trash" size={18} />
              Delete
            </button>
          )}
        </>
      )}
    </div>
  );
}
