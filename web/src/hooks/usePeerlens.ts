import { createContext, useContext } from "react";
import type { CameraInfo } from "../client/messages";
import type { Peerlens } from "../client/peerlens";
import type { SignalingStatus } from "../client/signaling";
import { useObservable } from "./useObservable";

export const PeerlensContext = createContext<Peerlens | null>(null);

export function usePeerlens(): Peerlens {
  const peerlens = useContext(PeerlensContext);
  if (peerlens === null) throw new Error("usePeerlens needs a PeerlensContext around it");
  return peerlens;
}

/** Every camera by name; null until the server has said so. */
export function useCameras(): readonly CameraInfo[] | null {
  return useObservable(usePeerlens().cameras);
}

export function useSignaling(): SignalingStatus {
  return useObservable(usePeerlens().signaling.status);
}
