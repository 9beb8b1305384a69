import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

interface NoticeProps {
  readonly icon: IconName;
  readonly title: string;
  readonly next: string;
  readonly children?: ReactNode;
}

/** What a page says when it has nothing else to show. */
export function Notice({ icon, title, next, children }: NoticeProps) {
  return (
    <div className="notice" role="status">
      <span className="notice-icon">
        <Icon name={icon} size={30} />
      </span>
      <p className="notice-title">{title}</p>
      <p className="notice-next">{next}</p>
      {children}
    </div>
  );
}
