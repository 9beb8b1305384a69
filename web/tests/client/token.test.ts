import { describe, expect, it } from "vitest";
import { TokenStore } from "../../src/client/token";

class MemoryStorage {
  readonly items = new Map<string, string>();
  getItem(key: string) {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    this.items.set(key, value);
  }
  removeItem(key: string) {
    this.items.delete(key);
  }
}

function bar(href: string) {
  const self = {
    href,
    replace(next: string) {
      self.href = next;
    },
  };
  return self;
}

describe("takeFrom", () => {
  it("keeps the token and takes it out of the address bar", () => {
    const storage = new MemoryStorage();
    const tokens = new TokenStore(storage);
    const address = bar("https://example.org/camera/front?whep#token=a%2Bb");
    expect(tokens.takeFrom(address)).toBe(true);
    expect(tokens.token).toBe("a+b");
    expect(address.href).toBe("https://example.org/camera/front?whep");
    expect(new TokenStore(storage).token).toBe("a+b");
  });

  it("leaves other fragments alone", () => {
    const tokens = new TokenStore(new MemoryStorage());
    const address = bar("https://example.org/#section");
    expect(tokens.takeFrom(address)).toBe(false);
    expect(address.href).toBe("https://example.org/#section");
  });

  it("replaces an older token", () => {
    const tokens = new TokenStore(new MemoryStorage());
    tokens.set("old");
    tokens.takeFrom(bar("https://example.org/#token=new"));
    expect(tokens.token).toBe("new");
  });

  it("does not lose the token over an empty one", () => {
    const tokens = new TokenStore(new MemoryStorage());
    tokens.set("old");
    expect(tokens.takeFrom(bar("https://example.org/#token="))).toBe(false);
    expect(tokens.token).toBe("old");
  });
});

it("does not keep what no server would accept", () => {
  const tokens = new TokenStore(new MemoryStorage());
  tokens.set("x".repeat(513));
  expect(tokens.token).toBeNull();
});

it("lives in memory where storage refuses", () => {
  const refuse = () => {
    throw new Error("denied");
  };
  const tokens = new TokenStore({ getItem: refuse, setItem: refuse, removeItem: refuse });
  tokens.set("t");
  expect(tokens.token).toBe("t");
  expect(new TokenStore(null).token).toBeNull();
});
