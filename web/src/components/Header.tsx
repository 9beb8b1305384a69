import { useSignaling } from "../hooks/usePeerlens";
import { Icon, Logo } from "./Icon";
import { Link } from "./Link";
import { linkWords } from "./wording";

export function Header() {
  const status = useSignaling();
  return (
    <header className="header">
      <Link to={{ page: "grid" }} className="brand" label="Peerlens, all cameras">
        <Logo />
        <span>Peerlens</span>
      </Link>
      <Link to={{ page: "events" }} className="header-link" label="Events">
        <Icon name="events" size={20} />
        <span aria-hidden="true">Events</span>
      </Link>
      <Link to={{ page: "doctor" }} className="doctor-link" label="Check the connection">
        <Icon name="pulse" size={18} />
      </Link>
      <p className="link-state" data-state={status.state} role="status">
        <span className="dot" aria-hidden="true" />
        {linkWords(status)}
      </p>
    </header>
  );
}
