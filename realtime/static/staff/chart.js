/** A line of the last minute that moves on with each second, unless one wants less motion. */

import { fill, number, words } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const SECONDS = 60;
const WIDTH = 120;
const HEIGHT = 32;
const STEP = WIDTH / (SECONDS - 1);

const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Chart {
  #svg;
  #moving = document.createElementNS(SVG, "g");
  #area = document.createElementNS(SVG, "path");
  #line = document.createElementNS(SVG, "path");
  /** @type {(number | null)[]} the newest last */
  #values = [];

  /** @param {SVGElement} svg */
  constructor(svg) {
    this.#svg = svg;
    this.name = svg.dataset.chart;
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    this.#area.setAttribute("class", "area");
    this.#line.setAttribute("class", "line");
    this.#moving.append(this.#area, this.#line);
    svg.append(this.#moving);
  }

  /** @param {number | null} value of this second; null where nothing is known */
  push(value) {
    this.#values.push(value);
    if (this.#values.length > SECONDS + 1) this.#values.shift();
    this.#draw();
    const { label } = this.#svg.dataset;
    this.#svg.setAttribute("aria-label", fill(fill(words.chart, label), number(value, 1)));
    if (!still.matches && !document.hidden) this.#move();
  }

  #move() {
    const frames = [{ transform: `translateX(${STEP}px)` }, { transform: "none" }];
    this.#moving.animate(frames, { duration: 1000, easing: "linear" });
  }

  #draw() {
    const top = Math.max(1, ...this.#values.map((value) => value ?? 0)) * 1.1;
    const first = WIDTH - (this.#values.length - 1) * STEP;
    const points = this.#values
      .map((value, i) => [first + i * STEP, HEIGHT - 1 - ((value ?? 0) / top) * (HEIGHT - 3)])
      .map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
    this.#line.setAttribute("d", `M${points.join("L")}`);
    this.#area.setAttribute("d", `M${first.toFixed(1)},${HEIGHT}L${points.join("L")}L${WIDTH},${HEIGHT}Z`);
  }
}
