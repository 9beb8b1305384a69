import { useCallback, useState } from "react";
import { epochNow } from "../../client/clock";
import type { EventInfo } from "../../client/messages";
import { WHATS, type What } from "../../client/timeline/filter";
import type { FeedView } from "../../client/timeline/eventFeed";
import { useEventFeed } from "../../hooks/useEventFeed";
import { useCameras } from "../../hooks/usePeerlens";
import { Icon } from "../Icon";
import { EventCard } from "./EventCard";
import { EventDialog } from "./EventDialog";
import { byDay, cameraName, whatsName } from "./wording";

interface EventsProps {
  /** Null: of all cameras. */
  readonly camera: string | null;
}

/** What moved, newest first, and what can be seen of it. */
export function Events({ camera }: EventsProps) {
  const cameras = useCameras();
  const [what, setWhat] = useState<What | null>(null);
  const { feed, view } = useEventFeed({ camera, what });
  const [openId, setOpenId] = useState<string | null>(null);
  const open = useCallback((event: EventInfo) => {
    setOpenId(event.id);
  }, []);
  const { events } = view;
  const index = events.findIndex(({ id }) => id === openId);
  const opened = events[index];
  return (
    <div className="events" data-testid="events" data-state={view.state} data-count={events.length}>
      <div className="chips" role="group" aria-label="Kind">
        {[null, ...WHATS].map((each) => (
          <button
            key={each ?? "all"}
            type="button"
            className="chip"
            aria-pressed={what === each}
            data-testid={`filter-${each ?? "all"}`}
            onClick={() => {
              setWhat(each);
            }}
          >
            {whatsName(each)}
          </button>
        ))}
      </div>
      {events.length === 0 ? (
        <Empty view={view} isFiltered={what !== null} />
      ) : (
        <>
          {view.state === "apart" && <p className="events-note">{APART}</p>}
          {view.state === "unavailable" && <p className="events-note">Not current: {view.detail}</p>}
          {byDay(events, epochNow()).map(([day, ofDay]) => (
            <section key={day} className="events-day" aria-label={day}>
              <h3>{day}</h3>
              <ul>
                {ofDay.map((event) => (
                  <EventCard
                    key={event.id}
                    event={event}
                    camera={cameraName(event.camera, cameras)}
                    showsCamera={camera === null}
                    hasPictures={view.state !== "apart"}
                    onOpen={open}
                  />
                ))}
              </ul>
            </section>
          ))}
        </>
      )}
      {view.hasEarlier && (
        <button
          type="button"
          className="button events-earlier"
          data-testid="earlier"
          disabled={view.isBusy}
          onClick={() => void feed.earlier()}
        >
          Earlier
        </button>
      )}
      {opened !== undefined && (
        <EventDialog
          key={opened.id}
          event={opened}
          camera={cameraName(opened.camera, cameras)}
          newer={events[index - 1] ?? null}
          older={events[index + 1] ?? null}
          onOpen={open}
          onRemove={(id) => feed.remove(id)}
          onClose={() => {
            setOpenId(null);
          }}
        />
      )}
    </div>
  );
}

const APART =
  "This server does not keep events: the gateway does. What happens while this page is open is shown here, without pictures.";

function Empty({ view, isFiltered }: { readonly view: FeedView; readonly isFiltered: boolean }) {
  if (view.state === "loading") {
    return (
      <ul className="events-ghosts" aria-label="Loading">
        {[0, 1, 2, 3].map((each) => (
          <li key={each} />
        ))}
      </ul>
    );
  }
  const [title, words] =
    view.state === "apart"
      ? ["No events here", APART]
      : view.state === "unavailable"
        ? ["Events cannot be read right now", view.detail ?? ""]
        : isFiltered
          ? ["Nothing of this kind", "Everything that was kept is under “All”."]
          : [
              "Nothing has moved yet",
              "What moves while the camera is open is kept here. To keep it open day and night, set warm: true for it in the configuration.",
            ];
  return (
    <div className="events-empty" data-testid="events-empty">
      <Icon name={view.state === "ready" ? "events" : "cloud-off"} size={26} />
      <p className="events-empty-title">{title}</p>
      <p>{words}</p>
    </div>
  );
}
