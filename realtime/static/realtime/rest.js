/**
 * The REST side: writes that carry their own key, and errors with a code.
 *
 * The key (`op`) comes back on the events that the write causes, so that a page knows its own echo.
 */

/** What the server said no to, or "network" where it was never reached. */
export class RestError extends Error {
  /**
   * @param {string} code a code of docs/protocol.md, or "network"
   * @param {string} message
   * @param {number} status 0 where there was no answer
   */
  constructor(code, message, status) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** @returns {string} a new key for one write */
export function newOperation() {
  // randomUUID is there in secure contexts only, and a demo on a LAN is not one.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Of the 64 KiB that all such requests of a page may have together. */
const MAX_KEPT_ALIVE = 16_384;

export class Rest {
  #csrf;
  #base;
  #token;
  #reading = new AbortController();

  /**
   * @param {{csrf: string, base?: string, token?: () => Promise<string>}} options `token`: an access
   *   token for each request, in place of the session's cookie
   */
  constructor({ csrf, base = "/api", token }) {
    this.#csrf = csrf;
    this.#base = base;
    this.#token = token;
  }

  /**
   * @param {string} path below the base, with its query
   * @returns {Promise<any>}
   */
  get(path) {
    return this.#request("GET", path, {});
  }

  /** Nobody waits for what is read any more: the page is being left, or the login ended. */
  stop() {
    this.#reading.abort();
  }

  /**
   * @param {"POST" | "PUT" | "PATCH" | "DELETE"} method
   * @param {string} path
   * @param {{body?: object, op?: string}} [options]
   * @returns {Promise<any>} the answer, null where it has no body
   */
  write(method, path, { body, op = newOperation() } = {}) {
    /** @type {Record<string, string>} */
    const headers = { "X-CSRFToken": this.#csrf, "Idempotency-Key": op };
    if (body) headers["Content-Type"] = "application/json";
    return this.#request(method, path, { headers, body: body && JSON.stringify(body) });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{headers?: Record<string, string>, body?: string}} init
   */
  async #request(method, path, { headers, body }) {
    let response;
    try {
      const token = await this.#token?.();
      response = await fetch(this.#base + path, {
        method,
        body,
        headers: { Accept: "application/json", ...(token && { Authorization: `Bearer ${token}` }), ...headers },
        credentials: token ? "omit" : "same-origin",
        signal: method === "GET" ? this.#reading.signal : undefined,
        // A write goes on when its page is left; browsers allow that for small ones.
        keepalive: method !== "GET" && (body ?? "").length < MAX_KEPT_ALIVE,
      });
    } catch (error) {
      throw new RestError("network", String(error), 0);
    }
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer;
    const { code = "internal", message = response.statusText } = answer?.error ?? {};
    throw new RestError(code, message, response.status);
  }
}
