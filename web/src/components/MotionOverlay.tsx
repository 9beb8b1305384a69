import type { MotionView } from "../client/motion";

interface MotionOverlayProps {
  readonly motion: MotionView | null;
  readonly size: { readonly width: number; readonly height: number } | null;
  /** How the video itself fits its box. */
  readonly fit: "contain" | "cover";
}

/** Boxes around what moves. The SVG scales as the video does, so letterboxing needs no sums. */
export function MotionOverlay({ motion, size, fit }: MotionOverlayProps) {
  const { width, height } = size ?? { width: 4, height: 3 };
  return (
    <svg
      className="motion-overlay"
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      preserveAspectRatio={fit === "contain" ? "xMidYMid meet" : "xMidYMid slice"}
      data-active={motion?.isActive === true}
      aria-hidden="true"
    >
      {motion?.regions.map((region, i) => (
        <rect
          // Regions have no identity from one event to the next.
          key={i}
          data-testid="motion-box"
          data-level={motion.level}
          x={region.x * width}
          y={region.y * height}
          width={region.width * width}
          height={region.height * height}
          rx={Math.min(width, height) * 0.012}
        />
      ))}
    </svg>
  );
}
