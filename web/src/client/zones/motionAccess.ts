/** `/api/cameras/{id}/motion`: how a camera looks for motion. */

import { boolean, list, number, object, required, text } from "../fields";
import type { Http } from "../http";
import { parseJson, type Json } from "../json";
import type { Point, Polygon } from "./polygon";

export interface MotionZone {
  readonly name: string;
  readonly points: Polygon;
}

export interface MotionSettings {
  readonly enabled: boolean;
  readonly threshold: number;
  /** Where there are any, only what moves in one of them counts. */
  readonly zones: readonly MotionZone[];
  /** Never looked at. */
  readonly masks: readonly Polygon[];
}

const coordinates = list(number(0, 1), 2, 2);
const point = (value: Json, path: string): Point => {
  const [x, y] = coordinates(value, path);
  return [x ?? 0, y ?? 0];
};
const polygon = list(point, 3, 64);
const zone = object({ name: required(text(1, 60)), points: required(polygon) });
const settings = object({
  enabled: required(boolean),
  threshold: required(number(0, 1)),
  zones: required(list(zone, 0, 16)),
  masks: required(list(polygon, 0, 16)),
});

export class MotionAccess {
  constructor(readonly http: Http) {}

  /** Rejects with `Refused`. */
  async read(camera: string): Promise<MotionSettings> {
    return parsed(await this.http.ask(path(camera)));
  }

  /** Gives what holds from now on. Rejects with `Refused`: `not-kept` holds, but not for long. */
  async change(camera: string, changes: Partial<MotionSettings>): Promise<MotionSettings> {
    return parsed(await this.http.ask(path(camera), { method: "PATCH", json: changes }));
  }
}

function path(camera: string): string {
  return `api/cameras/${encodeURIComponent(camera)}/motion`;
}

async function parsed(response: Response): Promise<MotionSettings> {
  return settings(parseJson(await response.text()), "");
}
