import { useEffect, useState } from "react";
import type { EventFeed, FeedView } from "../client/timeline/eventFeed";
import type { EventFilter } from "../client/timeline/filter";
import { useObservable } from "./useObservable";
import { usePeerlens } from "./usePeerlens";

/** The events of `filter`, as long as this is on the page. */
export function useEventFeed({ camera, what }: EventFilter): {
  readonly feed: EventFeed;
  readonly view: FeedView;
} {
  const peerlens = usePeerlens();
  const [feed] = useState(() => peerlens.feed({ camera, what }));
  useEffect(() => feed.start(), [feed]);
  useEffect(() => {
    feed.show({ camera, what });
  }, [feed, camera, what]);
  return { feed, view: useObservable(feed.view) };
}
