"use strict";
// The curve of direct dispatch: share and accuracy at every threshold, with the one in force marked.

const curveColour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function curveOptions(points, labels) {
  const text = { color: curveColour("--ink-soft"), fontFamily: curveColour("--font") };
  const line = (name, key, colour) => ({
    name,
    type: "line",
    showSymbol: false,
    connectNulls: false,
    data: points.map((point) => [point.threshold, point[key]]),
    lineStyle: { color: curveColour(colour), width: 2, type: key === "share" ? "dashed" : "solid" },
    itemStyle: { color: curveColour(colour) },
  });
  return {
    animation: false,
    textStyle: text,
    grid: { left: 8, right: 24, top: 40, bottom: 28, containLabel: true },
    legend: { top: 4, textStyle: text },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, valueFormatter: (value) => (value == null ? "—" : `${value}%`) },
    xAxis: { type: "value", min: 0, max: 100, name: labels.threshold, nameLocation: "middle", nameGap: 24, axisLabel: text, splitLine: { show: false } },
    yAxis: { type: "value", min: 0, max: 100, axisLabel: { ...text, formatter: "{value}%" }, splitLine: { lineStyle: { color: curveColour("--line") } } },
    series: [
      {
        ...line(labels.accuracy, "accuracy", "--brand"),
        markLine: { symbol: "none", silent: true, label: { formatter: `${labels.threshold} ${labels.current}`, ...text }, lineStyle: { color: curveColour("--ink-soft") }, data: [{ xAxis: Number(labels.current) }] },
      },
      line(labels.share, "share", "--green"),
    ],
  };
}

function drawCurve() {
  const place = document.getElementById("curve");
  const data = document.getElementById("points");
  if (!place || !data || !window.echarts) return;
  const chart = echarts.init(place);
  chart.setOption(curveOptions(JSON.parse(data.textContent), place.dataset));
  window.addEventListener("resize", () => chart.resize());
}

document.addEventListener("DOMContentLoaded", drawCurve);
