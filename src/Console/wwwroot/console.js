// What the pages can do beyond reading: times in the viewer's zone, fresh content, live text, keys, copying, questions, charts.
"use strict";

const zone = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "medium" });

function localize(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([title])")) {
    time.title = time.textContent;
    time.textContent = zone.format(new Date(time.dateTime));
  }
}

function live() {
  return document.getElementById("live");
}

// Nobody's typing, reading of an opened part, or selection is disturbed.
function isInUse(content) {
  return document.hidden || content.contains(document.activeElement) || String(getSelection()) !== ""
    || [...content.querySelectorAll("details:not(.raw)")].some(part => part.open);
}

function refresh() {
  live()?.dispatchEvent(new Event("refresh"));
}

let streamed;

function follow(text) {
  if (!text || streamed?.element === text) {
    return;
  }

  streamed?.source.close();
  const source = new EventSource(text.dataset.events);
  let state;
  source.addEventListener("tokens", event => {
    const { offset, text: piece } = JSON.parse(event.data);
    text.textContent = text.textContent.slice(0, offset) + piece;
  });
  source.addEventListener("state", event => {
    const now = JSON.parse(event.data).state;
    if (state !== undefined && state !== now) {
      refresh();
    }

    state = now;
  });
  source.addEventListener("end", () => {
    source.close();
    refresh();
  });
  streamed = { element: text, source };
}

function draw(place) {
  if (place.firstChild || !window.uPlot) {
    return;
  }

  const { days, lines } = JSON.parse(place.dataset.chart);
  const style = getComputedStyle(document.documentElement);
  const ink = getComputedStyle(document.body).color;
  const colors = [getComputedStyle(place).getPropertyValue("--accent"), getComputedStyle(place).getPropertyValue("--good")];
  const probe = document.createElement("span");
  place.append(probe);
  const resolved = colors.map((_, i) => {
    probe.className = i === 0 ? "spark" : "added";
    return getComputedStyle(probe).color;
  });
  probe.remove();
  const axis = { stroke: ink, grid: { stroke: "rgba(128,128,128,.18)" }, font: `12px ${style.fontFamily}` };
  new uPlot({
    width: place.clientWidth - 16,
    height: 220,
    series: [{ value: "{YYYY}-{MM}-{DD}" }, ...lines.map((line, i) => ({ label: line.name, stroke: resolved[i], width: 2, points: { show: days.length < 3 } }))],
    axes: [axis, { ...axis, size: 70 }],
  }, [days.map(day => Date.parse(day + "T00:00:00Z") / 1000), ...lines.map(line => line.values)], place);
}

function settle() {
  localize(document);
  follow(document.querySelector("[data-events]"));
  document.querySelectorAll("[data-chart]").forEach(draw);
}

settle();
// Whatever replaces content, and however.
new MutationObserver(settle).observe(document.getElementById("main"), { childList: true, subtree: true });

let elapsed = 0;
setInterval(() => {
  const seconds = Number(live()?.dataset.refresh);
  if (seconds && ++elapsed >= seconds && !document.querySelector("[data-events]") && !isInUse(live())) {
    elapsed = 0;
    refresh();
  }
}, 1000);

document.addEventListener("submit", event => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) {
    event.preventDefault();
  }
});

document.addEventListener("click", event => {
  const source = event.target.closest?.("[data-copy]")?.dataset.copy;
  if (source) {
    navigator.clipboard?.writeText(document.querySelector(source).textContent);
  }
});

let afterG = 0;
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) {
    return;
  }

  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("go")?.focus();
  } else if (event.key === "g") {
    afterG = event.timeStamp;
  } else if (afterG && event.timeStamp - afterG < 1500) {
    afterG = 0;
    const entry = [...document.querySelectorAll("[data-key]")].find(link => link.dataset.key === event.key);
    if (entry) {
      location.href = entry.href;
    }
  }
});
