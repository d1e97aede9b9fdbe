package io.anchorstream.model.loss;

import java.util.Map;
import java.util.stream.IntStream;

/**
 * Label distillation of FAT (arXiv 1912.07863) against noisy weak labels. A teacher, a softmax classifier over the labels,
 * learns only from items it has reason to trust: those near the centroid of their label that it assigns to that label
 * itself. A student classifier of the same kind learns from the teacher's softened opinion of every item, and through it
 * the network: {@code T^2 CE(softmax(teacher / T), student / T) + a CE(y, student)}, the trust {@code a} in the given
 * labels fading as the teacher learns. The paper's equations are not published; this is the usual form of both parts.
 */
final class LabelDistillation {

    /**
     * @param weight of the whole term beside the loss
     * @param temperature T
     * @param confident share of items, by distance to their centroid, that the teacher may learn from
     * @param trustSteps steps in which the trust in given labels falls to 37 %
     * @param rate learning rate of both classifiers
     */
    record Settings(double weight, double temperature, double confident, double trustSteps, double rate, int cap) {}

    private static final double QUANTILE_RATE = 0.05;
    /** Steps before the teacher is asked: a classifier whose first examples were wrong would never let in a right one. */
    private static final int BEFORE_ASKED = 20;

    private final Settings settings;
    private final SoftmaxHead teacher;
    private final SoftmaxHead student;
    private double radius;
    private long learnt;

    LabelDistillation(Settings settings) {
        this.settings = settings;
        this.teacher = new SoftmaxHead(settings.cap);
        this.student = new SoftmaxHead(settings.cap);
    }

    /**
     * @param toCentroid distance of each item to the centroid of its label; read where there is a label
     * @param toUnit takes the gradient of the unit rows
     * @return the weighted loss
     */
    double evaluate(
            LossBatch batch, FloatMatrix unit, double[] toCentroid, FloatMatrix toUnit, Map<String, Double> metrics) {
        teacher.observe(batch, unit);
        student.observe(batch, unit);
        long[] believed = believed(batch, unit, toCentroid);
        FloatMatrix nowhere = FloatMatrix.zeros(unit.rows(), unit.columns());
        double taught = teacher.crossEntropy(unit, believed, true, 0, nowhere);
        double trust = Math.exp(-learnt / settings.trustSteps);
        double square = settings.temperature * settings.temperature;
        FloatMatrix opinion = teacher.shares(unit, batch.labels(), settings.temperature);
        double soft = student.crossEntropy(unit, opinion, settings.temperature, true, settings.weight * square, toUnit);
        double hard = student.crossEntropy(unit, batch.labels(), true, settings.weight * trust, toUnit);
        int trusted = 0;
        int labelled = 0;
        for (int i = 0; i < believed.length; i++) {
            trusted += believed[i] >= 0 ? 1 : 0;
            labelled += batch.labels()[i] >= 0 ? 1 : 0;
        }
        metrics.put("distillation.teacher", taught);
        metrics.put("distillation.soft", soft);
        metrics.put("distillation.confident", labelled == 0 ? 0 : (double) trusted / labelled);
        metrics.put("distillation.trust", trust);
        return settings.weight * (square * soft + trust * hard);
    }

    private long[] believed(LossBatch batch, FloatMatrix unit, double[] toCentroid) {
        long[] opinion = teacher.classes(unit);
        long[] believed = batch.labels().clone();
        double[] known = IntStream.range(0, believed.length)
                .filter(i -> believed[i] >= 0)
                .mapToDouble(i -> toCentroid[i])
                .sorted()
                .toArray();
        if (known.length == 0) {
            return believed;
        }
        double now = known[(int) (settings.confident * (known.length - 1))];
        radius = learnt == 0 ? now : radius + QUANTILE_RATE * (now - radius);
        for (int i = 0; i < believed.length; i++) {
            boolean agrees = opinion[i] == believed[i] || learnt < BEFORE_ASKED;
            if (believed[i] >= 0 && !(toCentroid[i] <= radius && agrees)) {
                believed[i] = -1;
            }
        }
        return believed;
    }

    void update(double rateFactor) {
        learnt++;
        teacher.step(settings.rate * rateFactor);
        student.step(settings.rate * rateFactor);
    }

    void save(SavedState state) {
        teacher.save(state.scope("teacher"));
        student.save(state.scope("student"));
        state.putDoubles("radius", radius);
        state.putLongs("learnt", learnt);
    }

    void load(SavedState state) {
        teacher.load(state.scope("teacher"));
        student.load(state.scope("student"));
        radius = state.doubles("radius")[0];
        learnt = state.longs("learnt")[0];
    }
}
