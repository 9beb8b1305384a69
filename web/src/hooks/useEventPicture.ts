import { useEffect, useState } from "react";
import type { EventInfo } from "../client/messages";
import type { EventFile } from "../client/timeline/eventArchive";
import { usePeerlens } from "./usePeerlens";

/**
 * The address of a picture of `event`; null until it is there, and where there is none. The one
 * before stays while the picture of a later peak is being fetched.
 */
export function useEventPicture(
  { id, snapshot, percent }: EventInfo,
  name: Exclude<EventFile, "clip.mp4">,
  isWanted: boolean,
): string | null {
  const { archive } = usePeerlens();
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!isWanted || !snapshot) return undefined;
    let isOver = false;
    let made: string | null = null;
    archive
      .file(id, name)
      .then((picture) => {
        if (isOver) return;
        made = URL.createObjectURL(picture);
        setUrl(made);
      })
      .catch(() => {
        // Deleted meanwhile, or the server is away: the place stays empty.
      });
    return () => {
      isOver = true;
      // What is on screen has been read; only the address goes.
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [archive, id, name, snapshot, percent, isWanted]);
  return url;
}
