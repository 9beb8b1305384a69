import { useState, type SubmitEvent } from "react";
import { usePeerlens } from "../hooks/usePeerlens";
import { Icon } from "./Icon";

/** Asks for the access token. `isRetry`: one was tried and refused. */
export function TokenPrompt({ isRetry }: { readonly isRetry: boolean }) {
  const peerlens = usePeerlens();
  const [token, setToken] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (token.trim() !== "") peerlens.authorize(token.trim());
  };
  return (
    <main className="page prompt-page" data-testid="token-prompt">
      <form className="prompt" onSubmit={submit}>
        <span className="notice-icon">
          <Icon name="lock" size={28} />
        </span>
        <h1>Access token needed</h1>
        <p>
          This server shows its cameras to people with a token. Open the link that it printed when
          it was first started, or paste a token here.
        </p>
        {/* Password managers file what they keep under a name. */}
        <input type="text" name="username" autoComplete="username" value="peerlens" readOnly hidden />
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="current-password"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={512}
          required
          autoFocus
          value={token}
          aria-invalid={isRetry}
          aria-describedby={isRetry ? "token-problem" : undefined}
          onChange={(event) => {
            setToken(event.target.value);
          }}
        />
        {isRetry && (
          <p id="token-problem" className="prompt-problem" role="alert">
            The server did not accept that token.
          </p>
        )}
        <button type="submit" className="button primary">
          Continue
        </button>
      </form>
    </main>
  );
}
