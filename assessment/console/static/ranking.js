"use strict";
// The ranking page: the chart is drawn from the table that stands below it, so that both always say the same.

const colour = window.colours.of;
const cell = (row, name) => row.querySelector(`[data-cell="${name}"]`);
const words = (row, name) => cell(row, name)?.textContent.trim() ?? "";

function units() {
  return [...document.querySelectorAll("#ranked tbody tr")].map((row) => ({
    name: words(row, "unit_name"),
    rank: words(row, cell(row, "band") ? "band" : "rank"),
    valid: words(row, "valid"),
    score: Number(words(row, "score")),
    shownScore: words(row, "score"),
    classes: (cell(row, "class")?.dataset.value ?? "").split(";"),
  }));
}

function barColour(unit) {
  if (unit.classes.includes("advanced")) return colour("--green");
  if (unit.classes.includes("rectify")) return colour("--red-line");
  return colour("--brand");
}

// A name needs this many pixels; where there are fewer, only some are written and the tooltip tells the rest.
const NAME_PIXELS = 16;
// Longer names would lean out of the chart.
const NAME_LETTERS = 8;
const short = (name) => (name.length > NAME_LETTERS ? `${name.slice(0, NAME_LETTERS - 1)}…` : name);

function options(found, labels, width) {
  const text = { color: colour("--ink-soft"), fontFamily: colour("--font") };
  const isCrowded = found.length > 80;
  const total = Number(labels.totalScore);
  return {
    animation: false,
    textStyle: text,
    grid: { left: 8, right: 16, top: 36, bottom: isCrowded ? 48 : 8, containLabel: true },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      axisPointer: { type: "shadow" },
      formatter: ([point]) => {
        const unit = found[point.dataIndex];
        return `${unit.name}\n${labels.score} ${unit.shownScore}\n${labels.rank} ${unit.rank}\n${labels.valid} ${unit.valid}`;
      },
    },
    xAxis: {
      type: "category",
      data: found.map((unit) => unit.name),
      axisLabel: { ...text, formatter: short, rotate: found.length > 8 ? 55 : 0, interval: width / found.length < NAME_PIXELS ? "auto" : 0, fontSize: 11 },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("--line-strong") } },
    },
    yAxis: {
      type: "value",
      axisLabel: text,
      splitLine: { lineStyle: { color: colour("--line") } },
    },
    dataZoom: isCrowded ? [{ type: "slider", height: 20, bottom: 8, startValue: 0, endValue: 59 }] : [],
    series: [
      {
        type: "bar",
        barMaxWidth: 48,
        data: found.map((unit) => ({ value: unit.score, itemStyle: { color: barColour(unit) } })),
        markLine: labels.totalScore
          ? {
              silent: true,
              symbol: "none",
              lineStyle: { color: colour("--ink"), type: "dashed" },
              label: {
                position: "insideEndTop",
                formatter: `${labels.total} ${labels.totalScore}`,
                color: colour("--ink"),
                backgroundColor: colour("--surface"),
                padding: [2, 4],
              },
              data: [{ yAxis: total }],
            }
          : undefined,
      },
    ],
  };
}

function draw() {
  const place = document.getElementById("ranking-chart");
  if (!place || !window.echarts) return;
  place.closest("[data-chart-panel]").hidden = false;
  const chart = window.echarts.init(place);
  const render = () => chart.setOption(options(units(), place.dataset, chart.getWidth()));
  const again = () => {
    chart.resize();
    render();
  };
  render();
  window.addEventListener("resize", again);
  window.colours.onChange(again);
}

document.addEventListener("DOMContentLoaded", draw);
