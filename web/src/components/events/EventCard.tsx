import { memo, useState } from "react";
import type { EventInfo } from "../../client/messages";
import { useEventPicture } from "../../hooks/useEventPicture";
import { useInView } from "../../hooks/useInView";
import { Icon } from "../Icon";
import { clockTime, lasted, levelName, spoken, whatIcon, whatName } from "./wording";

interface EventCardProps {
  readonly event: EventInfo;
  readonly camera: string;
  readonly showsCamera: boolean;
  /** The server has the pictures. */
  readonly hasPictures: boolean;
  readonly onOpen: (event: EventInfo) => void;
}

export const EventCard = memo(function EventCard(props: EventCardProps) {
  const { event, camera, showsCamera, hasPictures, onOpen } = props;
  const [isNear, setIsNear] = useState(false);
  const card = useInView<HTMLLIElement>(setIsNear);
  const [wasNear, setWasNear] = useState(false);
  if (isNear && !wasNear) setWasNear(true);
  const picture = useEventPicture(event, "thumbnail.jpg", wasNear && hasPictures);
  const places = [...(showsCamera ? [camera] : []), ...event.zones];
  return (
    <li ref={card}>
      <button
        type="button"
        className="event"
        data-testid="event"
        data-id={event.id}
        data-what={event.what}
        data-camera={event.camera}
        data-ongoing={event.endMs === null}
        aria-label={spoken(event, camera)}
        onClick={() => {
          onOpen(event);
        }}
      >
        <span className="event-picture">
          {picture === null ? <Icon name={whatIcon(event.what)} size={26} /> : <img src={picture} alt="" />}
          <span className="event-length">
            {event.endMs === null && <span className="dot" />}
            {lasted(event)}
          </span>
          {event.clip && (
            <span className="event-play">
              <Icon name="play" size={18} />
            </span>
          )}
        </span>
        <span className="event-words">
          <span className="event-what">
            <Icon name={whatIcon(event.what)} size={16} />
            {whatName(event.what)}
          </span>
          <time dateTime={new Date(event.startMs).toISOString()}>{clockTime(event.startMs)}</time>
          <span className="event-more" data-level={event.level}>
            {[`${levelName(event.level)} level`, ...places].join(" · ")}
          </span>
          {event.description !== null && <span className="event-more">{event.description}</span>}
        </span>
      </button>
    </li>
  );
});
