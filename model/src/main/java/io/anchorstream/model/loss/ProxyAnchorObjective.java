package io.anchorstream.model.loss;

/**
 * Proxy-Anchor (Kim et al., arXiv 2003.13911): mean over proxies with positives of {@code log(1 + sum_x+ exp(-a (s - d)))}
 * plus mean over all proxies of {@code log(1 + sum_x- exp(a (s + d)))}.
 */
final class ProxyAnchorObjective implements ProxyObjective {
    private final double alpha;
    private final double delta;

    ProxyAnchorObjective(double alpha, double delta) {
        this.alpha = alpha;
        this.delta = delta;
    }

    @Override
    public double evaluate(ProxyScores scores, float[] gradient) {
        int classes = scores.classes();
        boolean[] present = new boolean[classes];
        int presentCount = 0;
        for (int target : scores.targets()) {
            if (target >= 0 && !present[target]) {
                present[target] = true;
                presentCount++;
            }
        }
        double total = 0;
        for (int c = 0; c < classes; c++) {
            LogSumExp pull = new LogSumExp();
            LogSumExp push = new LogSumExp();
            pull.add(0);
            push.add(0);
            for (int i = 0; i < scores.samples(); i++) {
                if (scores.targets()[i] >= 0) {
                    (scores.targets()[i] == c ? pull : push).add(exponent(scores, i, c));
                }
            }
            total += push.value() / classes + (present[c] ? pull.value() / presentCount : 0);
            for (int i = 0; i < scores.samples(); i++) {
                if (scores.targets()[i] == c) {
                    gradient[scores.at(i, c, 0)] = (float) (-alpha * pull.share(exponent(scores, i, c)) / presentCount);
                } else if (scores.targets()[i] >= 0) {
                    gradient[scores.at(i, c, 0)] = (float) (alpha * push.share(exponent(scores, i, c)) / classes);
                }
            }
        }
        return total;
    }

    private double exponent(ProxyScores scores, int sample, int c) {
        double cosine = scores.values()[scores.at(sample, c, 0)];
        return scores.targets()[sample] == c ? -alpha * (cosine - delta) : alpha * (cosine + delta);
    }
}
