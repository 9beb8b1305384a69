/** `/api/events`: the events that the gateway keeps, and their pictures. */

import { Refused } from "../errors";
import { list, maybe, object, required, text } from "../fields";
import { refusal, type Http } from "../http";
import { parseJson } from "../json";
import { event } from "../messages";
import { queryOf, type EventFilter } from "./filter";
import type { EventPage } from "./timeline";

export type EventFile = "snapshot.jpg" | "thumbnail.jpg" | "clip.mp4";

export const PAGE_EVENTS = 24;
/** More than the longest clip at the highest bitrate; a page holds one at a time. */
export const MOST_CLIP_BYTES = 256 * 1024 * 1024;
const FILE_TIMEOUT_MS: Readonly<Record<EventFile, number>> = {
  "thumbnail.jpg": 15_000,
  "snapshot.jpg": 20_000,
  "clip.mp4": 120_000,
};

const readPage = object({ events: required(list(event, 0, 200)), next: maybe(text(1, 64)) });

export class EventArchive {
  constructor(readonly http: Http) {}

  /** Newest first. Rejects with `Refused`: `apart` where this server keeps none. */
  async page(filter: EventFilter, cursor: string | null): Promise<EventPage> {
    const query = queryOf(filter);
    query.set("limit", String(PAGE_EVENTS));
    if (cursor !== null) query.set("cursor", cursor);
    const response = await this.http.send(`api/events?${query.toString()}`);
    const isJson = response.headers.get("Content-Type")?.includes("json") === true;
    // Signaling on its own has no such address, and some servers answer those with the page itself.
    const isApart = response.status === 404 || response.status === 405 || (response.ok && !isJson);
    if (isApart) throw new Refused("apart", "this server keeps no events");
    if (!response.ok) throw await refusal(response);
    return readPage(parseJson(await response.text()), "");
  }

  async remove(id: string): Promise<void> {
    await this.http.ask(`api/events/${encodeURIComponent(id)}`, { method: "DELETE" });
  }

  /** An `img` or `video` could not show the token: the file is fetched, whole. */
  async file(id: string, name: EventFile): Promise<Blob> {
    const response = await this.http.ask(`api/events/${encodeURIComponent(id)}/${name}`, {
      timeoutMs: FILE_TIMEOUT_MS[name],
      isKept: true,
    });
    if (Number(response.headers.get("Content-Length") ?? 0) > MOST_CLIP_BYTES) {
      await response.body?.cancel();
      throw new Refused("too-large", "it is too large to be shown here");
    }
    return response.blob();
  }
}
