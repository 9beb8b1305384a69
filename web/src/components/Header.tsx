import { useSignaling } from "../hooks/usePeerlens";
import { Logo } from "./Icon";
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
      <p className="link-state" data-state={status.state} role="status">
        <span className="dot" aria-hidden="true" />
        {linkWords(status)}
      </p>
    </header>
  );
}
