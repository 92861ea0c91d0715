"use strict";
// The funnel plot, drawn from the table that stands below it, so that both always say the same.

const colour = window.colours.of;
const percent = (share) => `${(share * 100).toFixed(2)}%`;

function points() {
  return [...document.querySelectorAll("#funnel tbody tr")].map((row) => ({
    name: row.querySelector('[data-cell="name"]').textContent.trim(),
    value: [Number(row.dataset.answers), Number(row.dataset.share)],
    isOutside: row.dataset.outside !== "",
  }));
}

// One line of the limits: column `place` of the rows [answers, low, high, low, high].
function limit(lines, place, level, type) {
  return {
    name: level,
    type: "line",
    data: lines.map((row) => [row[0], row[place]]),
    showSymbol: false,
    silent: true,
    tooltip: { show: false },
    lineStyle: { color: colour("--ink-soft"), type, width: 1 },
    itemStyle: { color: colour("--ink-soft") },
  };
}

function options(found, labels) {
  const text = { color: colour("--ink-soft"), fontFamily: colour("--font") };
  const lines = JSON.parse(labels.lines);
  const levels = labels.levels.split(" ");
  const types = ["dashed", "solid"];
  const shares = found.map((point) => point.value[1]);
  const pooled = Number(labels.pooled);
  return {
    animation: false,
    textStyle: text,
    grid: { left: 8, right: 24, top: 40, bottom: 28, containLabel: true },
    legend: { data: levels, top: 0, right: 0, textStyle: text, selectedMode: false },
    tooltip: {
      renderMode: "richText",
      confine: true,
      formatter: (point) =>
        `${point.name}\n${labels.answers} ${point.value[0]}\n${labels.rate} ${percent(point.value[1])}`,
    },
    xAxis: { type: "value", name: labels.answers, nameLocation: "middle", nameGap: 24, min: 0, axisLabel: text, splitLine: { show: false } },
    yAxis: {
      type: "value",
      min: Math.max(0, Math.floor((Math.min(...shares, pooled) - 0.05) * 10) / 10),
      max: 1,
      axisLabel: { ...text, formatter: (share) => `${Math.round(share * 100)}%` },
      splitLine: { lineStyle: { color: colour("--line") } },
    },
    series: [
      ...levels.flatMap((level, index) => [
        limit(lines, 1 + 2 * index, level, types[index % 2]),
        limit(lines, 2 + 2 * index, level, types[index % 2]),
      ]),
      {
        type: "scatter",
        symbolSize: 8,
        data: found.map((point) => ({
          name: point.name,
          value: point.value,
          symbol: point.isOutside ? "diamond" : "circle",
          itemStyle: { color: point.isOutside ? colour("--red-line") : colour("--brand") },
        })),
        markLine: {
          silent: true,
          symbol: "none",
          lineStyle: { color: colour("--ink"), type: "dotted" },
          label: { position: "insideEndTop", formatter: `${labels.total} ${percent(pooled)}`, color: colour("--ink") },
          data: [{ yAxis: pooled }],
        },
      },
    ],
  };
}

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("funnel-chart");
  if (!place || !window.echarts) return;
  place.closest("[data-chart-panel]").hidden = false;
  const chart = window.echarts.init(place);
  const draw = () => {
    chart.resize();
    chart.setOption(options(points(), place.dataset), true);
  };
  draw();
  window.addEventListener("resize", () => chart.resize());
  window.colours.onChange(draw);
});
