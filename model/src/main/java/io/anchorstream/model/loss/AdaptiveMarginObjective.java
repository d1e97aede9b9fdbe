package io.anchorstream.model.loss;

/**
 * The adaptive margin as an additive margin on proxies (after arXiv 2006.14693): {@code -log(e^{k cos_y} / (e^{k cos_y} +
 * sum_j e^{k (cos_j + m_ij)}))} with {@code m_ij = beta + scale * |text_i - text_j|^2}. A class whose text is far must stay
 * farther away. Needs no triplets, so small batches serve.
 */
final class AdaptiveMarginObjective implements ProxyObjective {

    /** @param sharpness k, the factor on cosines */
    record Settings(double sharpness, double beta, double scale, double cap) {}

    private final Settings settings;

    AdaptiveMarginObjective(Settings settings) {
        this.settings = settings;
    }

    @Override
    public boolean readsText() {
        return true;
    }

    @Override
    public double evaluate(ProxyScores scores, float[] gradient) {
        int labelled = scores.labelled();
        double total = 0;
        for (int i = 0; i < scores.samples(); i++) {
            int target = scores.targets()[i];
            if (target < 0) {
                continue;
            }
            LogSumExp all = new LogSumExp();
            for (int c = 0; c < scores.classes(); c++) {
                all.add(logit(scores, i, c));
            }
            total += all.value() - logit(scores, i, target);
            for (int c = 0; c < scores.classes(); c++) {
                double error = all.share(logit(scores, i, c)) - (c == target ? 1 : 0);
                gradient[scores.at(i, c, 0)] = (float) (settings.sharpness * error / labelled);
            }
        }
        return total / labelled;
    }

    private double logit(ProxyScores scores, int sample, int c) {
        double cosine = scores.values()[scores.at(sample, c, 0)];
        if (scores.targets()[sample] != c) {
            float distance = scores.textDistances()[sample * scores.classes() + c];
            cosine += Math.min(settings.cap, settings.beta + settings.scale * distance);
        }
        return settings.sharpness * cosine;
    }
}
