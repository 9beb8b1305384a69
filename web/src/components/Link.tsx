import type { MouseEvent, ReactNode } from "react";
import { useRouter } from "../hooks/useRouter";
import type { Route } from "../router";

interface LinkProps {
  readonly to: Route;
  readonly className?: string;
  readonly label?: string;
  readonly children: ReactNode;
}

/** A link inside the app; modified clicks (new tab, ...) stay the browser's. */
export function Link({ to, className, label, children }: LinkProps) {
  const router = useRouter();
  const follow = (event: MouseEvent) => {
    const isPlain =
      event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!isPlain) return;
    event.preventDefault();
    router.go(to);
  };
  return (
    <a href={router.href(to)} className={className} aria-label={label} onClick={follow}>
      {children}
    </a>
  );
}
