import type { Pad } from "../../src/client/drive/gamepad";

/** A pad in the standard mapping; `buttons` by index. */
export function fakePad(
  axes: readonly number[] = [],
  buttons: Readonly<Record<number, number>> = {},
  more: Partial<Pad> = {},
): Pad {
  return {
    index: 0,
    connected: true,
    mapping: "standard",
    axes: [0, 1, 2, 3].map((index) => axes[index] ?? 0),
    buttons: Array.from({ length: 17 }, (_, index) => {
      const value = buttons[index] ?? 0;
      return { value, pressed: value > 0.1 };
    }),
    ...more,
  };
}
