import { useEffect, useRef, useState } from "react";
import { Icon } from "./Icon";
import { hostOf, isMixed } from "./localStream";

interface ChoiceProps {
  readonly url: string;
  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
}

/** The camera's own stream, for who is on its network: chosen by hand, for a camera serves few. */
export function LocalStreamChoice({ url, isChosen, onChoose }: ChoiceProps) {
  const cannot = isMixed(url, window.location.protocol);
  return (
    <section className="local-choice" data-testid="local-choice" data-mixed={cannot}>
      <h2>{isChosen ? "You see this network’s own stream" : "On the camera’s own network?"}</h2>
      <p>
        {isChosen
          ? "It comes straight from the camera: nothing is measured here, and no motion is marked."
          : "The camera can show its stream to you itself. It serves one or two viewers at a time, no more."}
      </p>
      {cannot && !isChosen ? (
        <p className="local-warning" role="note" data-testid="local-mixed">
          <Icon name="lock" size={16} />
          Not from here: this page came over HTTPS and the camera speaks plain HTTP, which browsers
          do not show on such a page. Open the page over HTTP for it.
        </p>
      ) : (
        <button
          type="button"
          className="button"
          data-testid={isChosen ? "local-leave" : "local-choose"}
          onClick={() => {
            onChoose(!isChosen);
          }}
        >
          {isChosen ? "Back to the best way" : "This network’s own stream"}
        </button>
      )}
    </section>
  );
}

export type LocalState = "connecting" | "live" | "error";

interface StageProps {
  readonly url: string;
  readonly name: string;
  readonly onState: (state: LocalState) => void;
}

/** The camera's own stream in place of the picture. */
export function LocalStreamStage({ url, name, onState }: StageProps) {
  const image = useRef<HTMLImageElement>(null);
  const [state, setState] = useState<LocalState>("connecting");
  const become = (next: LocalState) => {
    setState(next);
    onState(next);
  };
  useEffect(() => {
    const element = image.current;
    return () => {
      // Out of the page is not enough: the browser would go on loading, and occupy the camera.
      element?.removeAttribute("src");
    };
  }, []);
  return (
    <div className="stage" data-state={state} data-fit="contain" data-shows="image">
      <img
        ref={image}
        src={url}
        alt={`Live picture of ${name}, from the camera itself`}
        data-testid="local-image"
        referrerPolicy="no-referrer"
        onLoad={() => {
          become("live");
        }}
        onError={() => {
          become("error");
        }}
      />
      {state !== "live" && (
        <div className="cover" data-testid="cover">
          <Icon name={state === "error" ? "camera-off" : "spinner"} size={32} />
          <p className="cover-title">
            {state === "error" ? "The camera gave no picture" : "Asking the camera…"}
          </p>
          <p className="cover-next">
            {state === "error"
              ? "You may be on another network, it may want a password, or it may be serving all the viewers it can."
              : "Straight from its own address."}
          </p>
          <p className="cover-detail">{hostOf(url)}</p>
        </div>
      )}
    </div>
  );
}
