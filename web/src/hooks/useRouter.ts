import { createContext, useContext } from "react";
import type { Route, Router } from "../router";
import { useObservable } from "./useObservable";

export const RouterContext = createContext<Router | null>(null);

export function useRouter(): Router {
  const router = useContext(RouterContext);
  if (router === null) throw new Error("useRouter needs a RouterContext around it");
  return router;
}

export function useRoute(): Route {
  return useObservable(useRouter().route);
}
