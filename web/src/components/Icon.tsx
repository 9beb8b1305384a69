import type { ReactNode } from "react";

const SHAPES = {
  alert: (
    <>
      <path d="M12 4 2.8 19.5h18.4L12 4Z" />
      <path d="M12 10v4.5M12 17h.01" />
    </>
  ),
  back: <path d="M19 12H5m6-6-6 6 6 6" />,
  bell: (
    <>
      <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15L6 16.5Z" />
      <path d="M10 20.5a2.2 2.2 0 0 0 4 0" />
    </>
  ),
  boxes: (
    <>
      <path d="M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3" />
      <rect x="8.5" y="8.5" width="7" height="7" rx="1" />
    </>
  ),
  camera: (
    <>
      <rect x="2.5" y="6" width="13" height="12" rx="2.5" />
      <path d="m15.5 10.5 6-3.5v10l-6-3.5" />
    </>
  ),
  "camera-off": (
    <>
      <path d="M9.5 6H13a2.5 2.5 0 0 1 2.5 2.5v2l6-3.5v10l-4.4-2.6M14.7 17.2a2.5 2.5 0 0 1-1.7.8H5a2.5 2.5 0 0 1-2.5-2.5v-7A2.5 2.5 0 0 1 4.3 6.1" />
      <path d="m3 3 18 18" />
    </>
  ),
  chevron: <path d="m6 9 6 6 6-6" />,
  "cloud-off": (
    <>
      <path d="M9.2 6.3A6 6 0 0 1 17.6 10 4.5 4.5 0 0 1 20.8 17M17.5 18.5H7a5 5 0 0 1-.9-9.9" />
      <path d="m3 3 18 18" />
    </>
  ),
  check: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  copy: (
    <>
      <rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2.5" />
      <path d="M15.5 8.5V6A2.5 2.5 0 0 0 13 3.5H6A2.5 2.5 0 0 0 3.5 6v7A2.5 2.5 0 0 0 6 15.5h2.5" />
    </>
  ),
  info: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 11v5M12 8h.01" />
    </>
  ),
  download: <path d="M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14" />,
  events: (
    <>
      <rect x="3.5" y="4.5" width="7" height="6" rx="1.5" />
      <rect x="3.5" y="13.5" width="7" height="6" rx="1.5" />
      <path d="M14 6h6.5M14 9h4M14 15h6.5M14 18h4" />
    </>
  ),
  eye: (
    <>
      <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" />
      <circle cx="12" cy="12" r="2.8" />
    </>
  ),
  fullscreen: <path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />,
  forward: <path d="M5 12h14m-6-6 6 6-6 6" />,
  "fullscreen-exit": <path d="M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5" />,
  horn: <path d="M4 10v4h3l9 4.5v-13L7 10H4Zm3 4 1.2 5M19 9.5a4 4 0 0 1 0 5" />,
  lights: (
    <>
      <path d="M10 6h1.5a6 6 0 0 1 0 12H10c-1.4-3.6-1.4-8.4 0-12Z" />
      <path d="M3 8.5h3.5M3 12h3M3 15.5h3.5" />
    </>
  ),
  lock: (
    <>
      <rect x="4.5" y="10.5" width="15" height="10" rx="2.5" />
      <path d="M8 10.5V7.5a4 4 0 0 1 8 0v3" />
    </>
  ),
  light: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4" />
    </>
  ),
  motion: <path d="M3 12h3.5l2.5-7 5 14 2.5-7H21" />,
  object: (
    <>
      <path d="m12 3.5 7.5 4.2v8.6L12 20.5l-7.5-4.2V7.7L12 3.5Z" />
      <path d="m4.5 7.7 7.5 4.2 7.5-4.2M12 12v8.5" />
    </>
  ),
  pause: <path d="M9 5.5v13M15 5.5v13" />,
  person: (
    <>
      <circle cx="12" cy="7.5" r="3.5" />
      <path d="M5 20.5c0-4 3-6.5 7-6.5s7 2.5 7 6.5" />
    </>
  ),
  plus: <path d="M12 5v14M5 12h14" />,
  pulse: <path d="M3 12h4l2.5-6 4.5 12 2.5-6H21" />,
  play: <path d="M8 5.2v13.6L19 12 8 5.2Z" fill="currentColor" />,
  refresh: <path d="M20 11A8 8 0 0 0 5.8 6.6L4 8.5M4 4v4.5h4.5M4 13a8 8 0 0 0 14.2 4.4l1.8-1.9M20 20v-4.5h-4.5" />,
  settings: (
    <>
      <path d="M4 7.5h9M19 7.5h1M4 16.5h1M11 16.5h9" />
      <circle cx="16" cy="7.5" r="2.5" />
      <circle cx="8" cy="16.5" r="2.5" />
    </>
  ),
  snapshot: (
    <>
      <path d="M4 8h3l1.8-2.5h6.4L17 8h3a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 20 19H4a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 4 8Z" />
      <circle cx="12" cy="13.2" r="3.4" />
    </>
  ),
  spinner: <path d="M12 3.5a8.5 8.5 0 1 1-8.5 8.5" />,
  trash: <path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5" />,
  turn: (
    <>
      <rect x="3" y="12" width="18" height="9" rx="2" />
      <path d="M7 8.5V6a3 3 0 0 1 3-3h4m-2.5-2L14 3l-2.5 2" />
    </>
  ),
  wheel: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <circle cx="12" cy="12" r="2.2" />
      <path d="M9.8 11.6 3.6 11M14.2 11.6l6.2-.6M12 14.2v6.3" />
    </>
  ),
} satisfies Readonly<Record<string, ReactNode>>;

export type IconName = keyof typeof SHAPES;

/** An icon beside words that say the same: hidden from those who listen. */
export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      className={`icon icon-${name}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {SHAPES[name]}
    </svg>
  );
}

/** A lens with a play of light in it. */
export function Logo({ size = 28 }: { readonly size?: number }) {
  return (
    <svg className="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="13" className="logo-ring" />
      <circle cx="16" cy="16" r="6.5" className="logo-iris" />
      <path d="M16 5.2A10.8 10.8 0 0 1 26.8 16" className="logo-light" />
    </svg>
  );
}
