// Comfort for readers with scripts: the slider of days, the chart that answers to the pointer, files dropped on the form.
// Every page can be read without this file.
"use strict";

(() => {
  const DAY = 86400000;
  const iso = (ms) => new Date(ms).toISOString().slice(0, 10);

  // The slider beside the date: moves by days from the first to the last article; letting go shows the page of that day.
  function slide(form) {
    const range = form.querySelector(".slide"), date = form.querySelector("[name=as_of]");
    if (!range || !date || !form.dataset.first) return;
    const first = Date.parse(form.dataset.first), last = Math.max(Date.parse(form.dataset.last), first);
    const days = Math.round((last - first) / DAY);
    if (days < 2) return;
    range.max = days;
    range.value = Math.min(days, Math.max(0, Math.round((Date.parse(date.value) - first) / DAY)));
    range.hidden = false;
    const tell = () => { date.value = iso(first + range.value * DAY); range.setAttribute("aria-valuetext", date.value); };
    range.setAttribute("aria-valuetext", date.value);
    range.addEventListener("input", tell);
    range.addEventListener("change", () => { tell(); form.requestSubmit(); });
  }

  // The chart: the same lines and marks as the drawing that it takes the place of.
  function chart(figure) {
    if (typeof uPlot === "undefined" || figure.classList.contains("is-live")) return;
    const data = JSON.parse(figure.dataset.chart), still = figure.querySelector("svg");
    if (data.days.length < 2) return;
    const style = getComputedStyle(document.documentElement), colour = (name) => style.getPropertyValue(name).trim();
    const xs = data.days.map((d) => Date.parse(d) / 1000);
    const place = document.createElement("div"), marks = document.createElement("div"), told = document.createElement("p");
    marks.className = "marks";
    told.className = "told small";
    told.setAttribute("aria-live", "off");
    const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui, sans-serif" };
    const shortDay = (at, n, all) => {
      const on = new Date(at * 1000), year = n === 0 || new Date(all[n - 1] * 1000).getUTCFullYear() !== on.getUTCFullYear();
      return on.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" }) + (year ? `\n${on.getUTCFullYear()}` : "");
    };
    const signed = (v) => (v === null || v === undefined ? "no data" : (v > 0 ? "+" : v < 0 ? "−" : "") + Math.abs(v).toFixed(1));
    // A value between two days without data is no line: it is drawn as a dot.
    const alone = (u, n) => [...u.data[n].keys()].filter((k) => [k - 1, k, k + 1].every((at) => (u.data[n][at] ?? null) !== null === (at === k)));
    const points = (stroke) => ({ show: false, filter: alone, size: 6, fill: stroke });
    const line = (n, stroke, dash) => ({ label: data.names[n], stroke, dash, width: 2, spanGaps: false, points: points(stroke) });
    const links = [...still.querySelectorAll("a.mark")].map((a) => {
      const link = document.createElement("a");
      link.href = a.getAttribute("href");
      link.className = a.classList.contains("conflict") ? "conflict" : "accord";
      link.textContent = a.querySelector("text").textContent;
      link.title = a.getAttribute("aria-label");
      link.setAttribute("aria-label", link.title);
      link.addEventListener("focus", () => { told.textContent = link.title; });
      marks.append(link);
      return { link, at: Date.parse(a.dataset.day) / 1000 };
    });
    const lay = (u) => {
      const left = u.over.offsetLeft, taken = [];
      for (const { link, at } of links) {
        const x = left + u.valToPos(at, "x"), inside = at >= u.scales.x.min - 1 && at <= u.scales.x.max + 1;
        const depth = taken.filter((t) => Math.abs(t - x) < 12).length % 3;
        taken.push(x);
        link.hidden = !inside;
        link.style.left = `${x}px`;
        link.style.top = `${depth * 14}px`;
      }
    };
    const tell = (u) => {
      const n = u.cursor.idx;
      told.textContent = n === null || n === undefined ? "" : `${data.days[n]}: ${data.names.map((name, k) => `${name} ${signed(data.series[k][n])}`).join(", ")}`;
    };
    const size = () => ({ width: Math.max(260, figure.clientWidth), height: figure.clientWidth < 500 ? 190 : 250 });
    figure.prepend(place, marks, told);
    const plot = new uPlot({
      ...size(), legend: { show: false }, cursor: { y: false }, scales: { y: { range: (u, low, high) => uPlot.rangeNum(Math.min(0, low ?? 0), Math.max(0, high ?? 1), 0.1, true) } },
      axes: [{ ...axis, values: (u, at) => at.map(shortDay), space: 70 }, { ...axis, size: 44 }], series: [{}, line(0, colour("--blue")), line(1, colour("--orange"), [5, 3])],
      hooks: { draw: [lay], setCursor: [tell] },
    }, [xs, ...data.series], place);
    still.remove();
    figure.classList.add("is-live");
    let wait = 0;
    addEventListener("resize", () => { clearTimeout(wait); wait = setTimeout(() => plot.setSize(size()), 120); });
  }

  // Files dropped anywhere on the form are put into its field.
  function drop(form) {
    const field = form.querySelector("[type=file]");
    const over = (on) => (event) => { if ([...event.dataTransfer.types].includes("Files")) { event.preventDefault(); form.classList.toggle("over", on); } };
    form.addEventListener("dragover", over(true));
    form.addEventListener("dragleave", over(false));
    form.addEventListener("drop", (event) => {
      over(false)(event);
      if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
    });
  }

  document.querySelectorAll("form.asof").forEach(slide);
  document.querySelectorAll("figure.chart").forEach(chart);
  document.querySelectorAll("form.drop").forEach(drop);
})();
