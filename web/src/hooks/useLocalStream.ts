import { useEffect, useState } from "react";
import { usePeerlens, useSignaling } from "./usePeerlens";

/** Where `camera` shows its own stream to its own network; null where nobody knows. */
export function useLocalStream(camera: string): string | null {
  const peerlens = usePeerlens();
  const isConnected = useSignaling().state === "connected";
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!isConnected) return undefined;
    let isOver = false;
    peerlens.streamUrl(camera).then(
      (found) => {
        if (!isOver) setUrl(found);
      },
      // It is a choice beside the picture: without an answer there is none.
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [peerlens, camera, isConnected]);
  return url;
}
