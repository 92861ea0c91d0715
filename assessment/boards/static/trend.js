"use strict";
// Four small charts with one time axis, drawn from the table that stands below them, so that both always say the same.
(() => {
  const colour = window.colours.of;

  // By side: one entry per period, oldest first, with the four numbers as written ("" where there is none).
  function sides() {
    const found = { unit: [], group: [] };
    for (const row of [...document.querySelectorAll("#trend tbody tr")].reverse()) {
      found[row.dataset.side].push({
        period: row.dataset.period,
        isRunning: row.dataset.running === "true",
        valid: row.querySelector("[data-valid]").textContent,
        values: [...[...row.querySelectorAll("[data-rate]")].map((cell) => cell.dataset.rate), row.querySelector("[data-score]").dataset.score],
      });
    }
    return found;
  }

  const places = (isNarrow) =>
    isNarrow
      ? [0, 1, 2, 3].map((at) => ({ left: 44, right: 12, top: `${7 + at * 24}%`, height: "15%" }))
      : [0, 1, 2, 3].map((at) => ({ left: at % 2 ? "54%" : 44, right: at % 2 ? 16 : "52%", top: at < 2 ? "11%" : "59%", height: "31%" }));

  function line(name, entries, periods, at, look) {
    const byPeriod = Object.fromEntries(entries.map((entry) => [entry.period, entry]));
    return {
      name,
      type: "line",
      xAxisIndex: at,
      yAxisIndex: at,
      connectNulls: false,
      symbolSize: 8,
      lineStyle: { color: look.colour, type: look.type, width: look.width },
      itemStyle: { color: look.colour },
      data: periods.map((period) => {
        const entry = byPeriod[period];
        if (!entry || entry.values[at] === "") return null;
        return { value: Number(entry.values[at]), shown: entry.values[at], valid: entry.valid, symbol: entry.isRunning ? "emptyCircle" : "circle" };
      }),
    };
  }

  function options(found, labels, isNarrow) {
    const text = { color: colour("--ink-soft"), fontFamily: colour("--font") };
    const titles = labels.titles.split("|");
    const periods = found.group.map((entry) => entry.period);
    const grids = places(isNarrow);
    const group = { colour: colour("--ink-soft"), type: "dashed", width: 2 };
    const unit = { colour: colour("--brand"), type: "solid", width: 3 };
    const names = labels.unit ? [labels.unit, labels.group] : [labels.group];
    return {
      animation: false,
      textStyle: text,
      legend: { data: names, top: 0, right: 0, textStyle: text, selectedMode: false },
      title: titles.map((title, at) => ({ text: title, left: grids[at].left, top: isNarrow ? `${3.2 + at * 24}%` : at < 2 ? "3%" : "51%", textStyle: { ...text, fontSize: 13, color: colour("--ink") } })),
      grid: grids,
      xAxis: titles.map((_, at) => ({ type: "category", gridIndex: at, data: periods, axisLabel: { ...text, fontSize: 11 }, axisTick: { show: false } })),
      yAxis: titles.map((_, at) => ({ type: "value", gridIndex: at, scale: true, splitNumber: 3, axisLabel: { ...text, fontSize: 11 }, splitLine: { lineStyle: { color: colour("--line") } } })),
      tooltip: {
        renderMode: "richText",
        confine: true,
        formatter: (point) => `${point.seriesName}\n${point.name} ${titles[point.seriesIndex % 4]} ${point.data.shown}\n${labels.valid} ${point.data.valid}`,
      },
      series: [
        ...titles.map((_, at) => line(labels.group, found.group, periods, at, labels.unit ? group : unit)),
        ...(labels.unit ? titles.map((_, at) => line(labels.unit, found.unit, periods, at, unit)) : []),
      ],
    };
  }

  document.addEventListener("DOMContentLoaded", () => {
    const place = document.getElementById("trend-chart");
    if (!place || !window.echarts) return;
    place.closest("[data-chart-panel]").hidden = false;
    const chart = window.echarts.init(place);
    const draw = () => chart.setOption(options(sides(), place.dataset, chart.getWidth() < 600), true);
    const again = () => {
      chart.resize();
      draw();
    };
    draw();
    window.addEventListener("resize", again);
    window.colours.onChange(again);
  });
})();
