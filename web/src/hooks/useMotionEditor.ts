import { useEffect, useState } from "react";
import { MotionEditor } from "../client/zones/motionEditor";
import { usePeerlens } from "./usePeerlens";

/** The editor of `camera` while somebody edits, else null. */
export function useMotionEditor(camera: string): {
  readonly editor: MotionEditor | null;
  readonly toggle: () => void;
} {
  const { motion } = usePeerlens();
  const [editor, setEditor] = useState<MotionEditor | null>(null);
  useEffect(() => {
    if (editor === null) return undefined;
    void editor.load();
    return () => {
      editor.flush();
    };
  }, [editor]);
  const toggle = () => {
    setEditor(editor === null ? new MotionEditor(motion, camera) : null);
  };
  return { editor, toggle };
}
